// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyEngine
import PolicyModel
import Selectors
import SyncModel
import TestSupport
import Testing

/// An engine and a consumer that holds it to its promises: each batch is in the documented order,
/// applies without a dangling reference, and says nothing that was known.
struct Harness {
  var engine: PolicyEngine
  var model = DesiredStateModel()

  init(scope: PolicyEngine.Scope = .node("here")) { engine = PolicyEngine(scope: scope) }

  /// A harness that has got these and the end of the first snapshot.
  init(_ updates: SyncUpdate...) throws {
    self.init()
    for update in updates { engine.apply(update) }
    engine.apply(.inSync)
    try flush()
  }

  /// Applies updates and flushes.
  @discardableResult
  mutating func feed(_ updates: SyncUpdate...) throws -> [DesiredChange] {
    for update in updates { engine.apply(update) }
    return try flush()
  }

  @discardableResult
  mutating func flush() throws -> [DesiredChange] {
    let changes = engine.flush()
    var rank = 0
    for change in changes {
      let next = Self.rank(change)
      #expect(next >= rank, "\(change) comes too late")
      rank = next
      expectNews(change)
      try model.apply(change)
    }
    return changes
  }

  private static func rank(_ change: DesiredChange) -> Int {
    switch change {
    case .set: 0
    case .setMembers: 1
    case .policy: 2
    case .profile: 3
    case .endpoint: 4
    case .endpointRemoved: 5
    case .profileRemoved: 6
    case .policyRemoved: 7
    case .setRemoved: 8
    case .pool: 9
    case .inSync: 10
    }
  }

  private func expectNews(_ change: DesiredChange) {
    let isNews =
      switch change {
      case .set(let id, _): model.sets[id] == nil
      case .setMembers(_, let added, let removed): !added.isEmpty || !removed.isEmpty
      case .policy(let id, let policy): model.policies[id] != policy
      case .profile(let name, let profile): model.profiles[name] != profile
      case .endpoint(let name, let endpoint): model.endpoints[name] != endpoint
      case .pool(let cidr, let pool): model.pools[cidr] != pool
      case .inSync: !model.inSync
      case .endpointRemoved, .profileRemoved, .policyRemoved, .setRemoved: true
      }
    #expect(isNews, "\(change) was known")
  }

  /// The members of the set of a selector, as text.
  func nets(_ selector: String) throws -> Set<String>? {
    members(IPSetID(try Selector(selector).id))
  }

  /// The members of the set of a named port, as text.
  func ports(
    _ name: String, _ transport: String = "tcp", of selector: String = "all()"
  ) throws -> Set<String>? {
    members(Self.portSet(name, transport, of: try Selector(selector)))
  }

  static func portSet(_ name: String, _ transport: String, of selector: Selector) -> IPSetID {
    IPSetID(UniqueID.make(prefix: "n", content: "\(selector.id),\(transport),\(name)"))
  }

  private func members(_ id: IPSetID) -> Set<String>? {
    model.sets[id].map { set in
      Set(
        set.members.map { member in
          switch member {
          case .net(let net): net.description
          case .port(let address, let transport, let port): "\(address) \(transport) \(port)"
          }
        })
    }
  }
}
