// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink

/// The table's fixed parts: where packets come in, how they find their workload's rules, and what
/// happens to those that find none.
struct BaseRenderer {
  var configuration: DataplaneConfiguration

  static let fromWorkload = "from-workload"
  static let toWorkload = "to-workload"
  /// The end of an allowed packet's way from a workload: on to the other end's rules.
  static let onward = "workload-to"
  /// Matches of the connection's state.
  enum State {
    static let invalid: UInt32 = 1
    static let established: UInt32 = 2
    static let related: UInt32 = 4
  }

  static func deniedSet(_ family: IPFamily) -> String { "denied\(family.rawValue)" }
  static func masqueradedPools(_ family: IPFamily) -> String { "masq-pools\(family.rawValue)" }
  static func allPools(_ family: IPFamily) -> String { "all-pools\(family.rawValue)" }

  static let sets: [SetModel] = {
    let table = ChainModel.table
    var sets = [
      NFTSet(
        table, fromWorkload, key: [.interfaceName], data: .verdict,
        comment: "the egress rules of each workload interface"),
      NFTSet(
        table, toWorkload, key: [.interfaceName], data: .verdict,
        comment: "the ingress rules of each workload interface"),
    ]
    for family in IPFamily.allCases {
      let address: NFTType = family == .v4 ? .ipv4Address : .ipv6Address
      sets += [
        NFTSet(
          table, deniedSet(family), key: [.mark, address], flags: .dynamic, size: 65_536,
          timeoutMilliseconds: 60_000, counter: true,
          comment: "denied packets by policy and source, of the last minute"),
        NFTSet(
          table, masqueradedPools(family), key: [address], flags: .interval,
          comment: "IP pools with natOutgoing"),
        NFTSet(
          table, allPools(family), key: [address], flags: .interval, comment: "all IP pools"),
      ]
    }
    return sets.map { SetModel(definition: $0) }
  }()

  func chains() -> [ChainModel] {
    [
      prerouting, forward, input, toHost, from, to, postrouting,
    ]
  }

  /// A workload's packet must come from an address that is routed to its interface.
  private var prerouting: ChainModel {
    var rules: [RuleModel] = []
    for prefix in configuration.interfacePrefixes {
      var neighbours = RuleBuilder()
      neighbours.match(.inputInterfaceName, prefix: prefix)
      neighbours.match(transport: .icmpv6)
      // Neighbour discovery also comes from the unspecified address.
      neighbours.match(icmpTypes: [133, 135, 136], key: .icmpv6Type)
      neighbours.append(.verdict(.accept))
      var spoofed = RuleBuilder()
      spoofed.match(.inputInterfaceName, prefix: prefix)
      spoofed.append(
        .fib(NFTFib(.outputInterface, [.source, .inputInterface, .presence], into: .r1)))
      spoofed.append(.compare(.r1, .equal, [0, 0, 0, 0]))
      spoofed.append(.counter())
      spoofed.append(.verdict(.drop))
      rules += [
        neighbours.finished(), spoofed.finished(comment: "a source address that is not its own"),
      ]
    }
    return ChainModel(
      "prerouting", hook: NFTHook(.prerouting, priority: NFTHook.Priority.raw),
      comment: "workloads may not use addresses of others", rules: rules)
  }

  private var forward: ChainModel {
    ChainModel(
      "forward", hook: NFTHook(.forward, priority: NFTHook.Priority.filter),
      comment: "packets that pass through this node",
      rules: [established, verdict(.goto("workload-from"))])
  }

  private var input: ChainModel {
    var rules = [established]
    for prefix in configuration.interfacePrefixes {
      var rule = RuleBuilder()
      rule.match(.inputInterfaceName, prefix: prefix)
      rule.append(.verdict(.goto("workload-to-host")))
      rules.append(rule.finished())
    }
    return ChainModel(
      "input", hook: NFTHook(.input, priority: NFTHook.Priority.filter),
      comment: "packets to this node itself", rules: rules)
  }

  private var toHost: ChainModel {
    var neighbours = RuleBuilder()
    neighbours.match(transport: .icmpv6)
    neighbours.match(icmpTypes: [130, 131, 132, 133, 135, 136], key: .icmpv6Type)
    neighbours.append(.verdict(.accept))
    return ChainModel(
      "workload-to-host", comment: "from a workload to its own node",
      rules: [neighbours.finished(), verdict(.goto("workload-from"))])
  }

  private var from: ChainModel {
    var rules = [dispatch(.inputInterfaceName, Self.fromWorkload)]
    rules += unknown(.inputInterfaceName)
    rules.append(verdict(.goto(Self.onward)))
    return ChainModel(
      "workload-from", comment: "the egress rules of the workload that sent it", rules: rules)
  }

  /// Ends in a verdict of its own: policies go here from chains that were jumped to, and falling off
  /// the end would lead back there.
  private var to: ChainModel {
    var rules = [dispatch(.outputInterfaceName, Self.toWorkload)]
    rules += unknown(.outputInterfaceName)
    if configuration.endpointToHostAction == .drop {
      var rule = RuleBuilder()
      rule.append(.meta(.outputInterface, into: .r1))
      rule.append(.compare(.r1, .equal, [0, 0, 0, 0]))
      rule.append(.counter())
      rule.append(.verdict(.drop))
      rules.append(rule.finished(comment: "defaultEndpointToHostAction: Drop"))
    }
    rules.append(verdict(.accept))
    return ChainModel(
      Self.onward, comment: "the ingress rules of the workload that gets it", rules: rules)
  }

  private var postrouting: ChainModel {
    ChainModel(
      "postrouting",
      hook: NFTHook(.postrouting, priority: NFTHook.Priority.sourceNAT, type: "nat"),
      comment: "from IP pools with natOutgoing to outside of all pools",
      rules: IPFamily.allCases.flatMap(masquerade))
  }

  private func masquerade(_ family: IPFamily) -> [RuleModel] {
    func start() -> RuleBuilder {
      var rule = RuleBuilder()
      rule.match(.source, set: Self.masqueradedPools(family), family: family)
      rule.match(.destination, set: Self.allPools(family), family: family, inverted: true)
      return rule
    }
    let address = configuration.natOutgoingAddress.flatMap { $0.family == family ? $0 : nil }
    func end(_ rule: inout RuleBuilder, ports: PortRange?) {
      rule.append(.counter())
      var bounds: NFTNat.Bounds?
      if let ports {
        rule.append(.load(NFTField.port(ports.first).bytes, into: .r2))
        rule.append(.load(NFTField.port(ports.last).bytes, into: .r3))
        bounds = NFTNat.Bounds(from: .r2, through: .r3)
      }
      if let address {
        rule.append(.load(address.networkBytes, into: .r1))
        rule.append(
          .nat(
            NFTNat(
              .source, family == .v4 ? .ipv4 : .ipv6, addresses: NFTNat.Bounds(from: .r1),
              ports: bounds)))
      } else {
        rule.append(.masquerade(NFTMasquerade(ports: bounds)))
      }
    }
    var rules: [RuleModel] = []
    if let ports = configuration.natPortRange {
      for transport in [IPProtocol.tcp, .udp] {
        var rule = start()
        rule.match(transport: transport)
        end(&rule, ports: ports)
        rules.append(rule.finished(comment: "natPortRange"))
      }
    }
    var rule = start()
    end(&rule, ports: nil)
    rules.append(rule.finished())
    return rules
  }

  private var established: RuleModel {
    var rule = RuleBuilder()
    rule.match(connectionState: State.established | State.related)
    rule.append(.verdict(.accept))
    return rule.finished()
  }

  private func verdict(_ verdict: NFTVerdict) -> RuleModel {
    RuleModel(expressions: [.verdict(verdict)])
  }

  private func dispatch(_ key: NFTMetaKey, _ map: String) -> RuleModel {
    RuleModel(expressions: [
      .meta(key, into: .r1), .lookup(NFTLookup(.r1, in: map, into: .verdict)),
    ])
  }

  private func unknown(_ key: NFTMetaKey) -> [RuleModel] {
    configuration.interfacePrefixes.map { prefix in
      var rule = RuleBuilder()
      rule.match(key, prefix: prefix)
      rule.append(.counter())
      rule.append(.verdict(.drop))
      return rule.finished(comment: "a workload interface that no endpoint has")
    }
  }
}
