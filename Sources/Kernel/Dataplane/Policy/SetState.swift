// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PolicyModel

/// A set of ours, spread over the kernel's sets.
struct SetState {
  let id: IPSetID
  let type: IPSetType
  /// The selector, or the named port.
  let comment: String
  /// The kernel's sets that exist for it. They only ever become more, so that the rules that use
  /// them need not change whenever the last member of a kind goes.
  private(set) var parts: Set<SetPart>
  private(set) var members: Set<IPSetMember> = []
  private var networks: [SetPart: Set<CIDR>] = [:]

  /// Elements to add and to remove, by the kernel's set.
  typealias Changes = [SetPart: ElementChanges]

  init(_ id: IPSetID, _ set: DesiredSet) {
    self.id = id
    type = set.type
    comment = set.comment
    parts = set.type == .nets ? [.hosts4] : [.ports4]
  }

  /// Makes the members exactly these.
  mutating func replace(with new: Set<IPSetMember>) -> Changes {
    change(added: new.subtracting(members), removed: members.subtracting(new))
  }

  mutating func change(
    added: some Sequence<IPSetMember>, removed: some Sequence<IPSetMember>
  ) -> Changes {
    var changes: Changes = [:]
    var changedNetworks: Set<SetPart> = []
    var before: [SetPart: Set<CIDR>] = [:]
    for (list, isAddition) in [(Array(removed), false), (Array(added), true)] {
      for member in list {
        let isNew = isAddition ? members.insert(member).inserted : members.remove(member) != nil
        guard isNew, let part = Self.part(of: member) else { continue }
        parts.insert(part)
        if part == .nets4 || part == .nets6, case .net(let cidr) = member {
          if changedNetworks.insert(part).inserted { before[part] = networks[part] ?? [] }
          if isAddition {
            networks[part, default: []].insert(cidr)
          } else {
            networks[part]?.remove(cidr)
          }
          continue
        }
        changes[part, default: ElementChanges()].note(Self.element(member), isAddition: isAddition)
      }
    }
    // Networks may overlap, and the kernel's intervals must not: compare what they make together.
    for part in changedNetworks {
      let old = Self.intervals(before[part] ?? [])
      let new = Self.intervals(networks[part] ?? [])
      for element in old.subtracting(new) {
        changes[part, default: ElementChanges()].note(element, isAddition: false)
      }
      for element in new.subtracting(old) {
        changes[part, default: ElementChanges()].note(element, isAddition: true)
      }
    }
    return changes
  }

  /// The kernel's set for one part.
  func definition(_ part: SetPart, servedRule: String) -> NFTSet {
    let address: NFTType = part.family == .v4 ? .ipv4Address : .ipv6Address
    let key: [NFTType]
    var flags: NFTSet.Flags = []
    switch part {
    case .hosts4, .hosts6: key = [address]
    case .nets4, .nets6:
      key = [address]
      flags = .interval
    case .ports4, .ports6: key = [address, .inetProtocol, .inetService]
    }
    return NFTSet(
      ChainModel.table, Names.set(id, part), key: key, flags: flags,
      comment: Names.comment(servedRule + ": " + comment))
  }

  private static func part(of member: IPSetMember) -> SetPart? {
    switch member {
    case .net(let cidr):
      if cidr.isHost { return cidr.family == .v4 ? .hosts4 : .hosts6 }
      return cidr.family == .v4 ? .nets4 : .nets6
    case .port(let address, _, _):
      return address.family == .v4 ? .ports4 : .ports6
    }
  }

  private static func element(_ member: IPSetMember) -> NFTElement {
    switch member {
    case .net(let cidr): NFTElement(cidr.address.networkBytes)
    case .port(let address, let transport, let port):
      NFTElement(NFTKey.bytes(.address(address), .proto(transport), .port(port)))
    }
  }

  static func intervals(_ nets: some Sequence<CIDR>) -> Set<NFTElement> {
    Set(
      CIDRSet(nets).ranges.flatMap { range in
        NFTElement.interval(from: range.first.networkBytes, through: range.last.networkBytes)
      })
  }
}

/// What changes of a set of the kernel.
struct ElementChanges {
  private(set) var added: Set<NFTElement> = []
  private(set) var removed: Set<NFTElement> = []

  var isEmpty: Bool { added.isEmpty && removed.isEmpty }

  /// Takes up one change; it may cancel an earlier one.
  mutating func note(_ element: NFTElement, isAddition: Bool) {
    if isAddition {
      if removed.remove(element) == nil { added.insert(element) }
    } else if added.remove(element) == nil {
      removed.insert(element)
    }
  }
}
