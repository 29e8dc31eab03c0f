// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import PolicyModel
import Selectors
import SyncModel
import Testing

@testable import SyncCoding

@Suite("What only a newer version knows")
struct UnknownTests {
  private typealias Field = HandFrame.Field

  private func decode(_ frame: HandFrame) throws -> SyncFrame {
    var decoder = SyncDecoder()
    return try decoder.decode(frame.bytes)
  }

  /// Of each sort that there is to skip, all of a number that nobody has.
  private static let strange: [Field] = [
    .small(60, 5), .sized(60, [1, 2, 3]), .fixed(60, []), .fixed(60, [1, 2, 3]),
    .fixed(60, Array(repeating: 9, count: 63)),
  ]

  private static func marked(_ isCritical: Bool) -> [Field] {
    strange.map { field in
      var field = field
      field.isCritical = isCritical
      return field
    }
  }

  @Test("is skipped where it may be ignored, wherever it stands, and counted")
  func ignorable() throws {
    for strange in Self.marked(false) {
      var frame = HandFrame()
      let name = frame.text("t")
      frame.item(4, [.small(1, name), .flag(10), strange])
      var early = strange
      early.number = 7
      frame.item(4, [.small(1, name), early, .flag(10)])
      frame.item(4, [.small(1, name), strange], isDeletion: true)
      let result = try decode(frame)
      let tier = SyncTier(order: nil, onlyDenies: true)
      #expect(result.updates == [.tier("t", tier), .tier("t", tier), .tier("t", nil)])
      #expect(
        result.unknown == [
          UnknownPart(of: "tier", number: 60, isCritical: false): 2,
          UnknownPart(of: "tier", number: 7, isCritical: false): 1,
        ])
    }
  }

  @Test("makes a tier only deny, an endpoint or network set allow nothing")
  func limits() throws {
    for strange in Self.marked(true) {
      var frame = HandFrame()
      let name = frame.text("n")
      frame.item(1, [.small(1, name), .small(2, name), .fixed(10, [10, 0, 0, 1]), strange])
      frame.item(2, [.small(1, name), .small(8, name), strange])
      frame.item(4, [.small(1, name), .small(9, 1), strange])
      frame.item(6, [.small(2, name), strange])
      let result = try decode(frame)
      let id = WorkloadEndpointID(namespace: "n", name: "n-eth0")
      #expect(
        result.updates == [
          .workloadEndpoint(
            id,
            SyncWorkloadEndpoint(
              node: "n", interfaceName: "", nets: [CIDR(host: IPAddress(v4: 0x0a00_0001))],
              allowsNothing: true)),
          .hostEndpoint(
            "n", SyncHostEndpoint(node: "n", interfaceName: "", allowsNothing: true)),
          .tier("n", SyncTier(order: nil, onlyDenies: true)),
          .networkSet(
            NetworkSetID(namespace: nil, name: "n"), SyncNetworkSet(nets: [], allowsNothing: true)),
        ])
      #expect(result.unknown.values.reduce(0, +) == 4)
      #expect(result.unknown.keys.allSatisfy { $0.isCritical && $0.number == 60 })
    }
  }

  @Test("makes of pools, nodes, blocks, peers and configurations that they are not there")
  func removals() throws {
    for strange in Self.marked(true) {
      var frame = HandFrame()
      let name = frame.text("n")
      let network = Field.fixed(1, [8, 10])
      frame.item(7, [network, strange])
      frame.item(8, [.small(1, name), strange])
      frame.item(9, [network, strange])
      for kind in 10...12 { frame.item(kind, [.small(1, name), strange]) }
      frame.item(13, [strange])
      frame.item(14, [strange])
      frame.item(15, [.small(8, 3), strange])
      let result = try decode(frame)
      let pool = try #require(CIDR("10.0.0.0/8"))
      #expect(
        result.updates == [
          .pool(pool, nil), .node("n", nil), .block(pool, nil), .bgpPeer("n", nil),
          .bgpConfiguration("n", nil), .felixConfiguration("n", nil),
        ])
      #expect(result.findings.isEmpty)
      #expect(result.status == nil)
      #expect(result.unknown.values.reduce(0, +) == 9)
    }
  }

  /// A policy with a rule of each action, to which some fields are added: to the policy, to its
  /// rules, or to their sources.
  private func policy(
    _ ofPolicy: [Field] = [], rule: [Field] = [], match: [Field] = []
  ) throws -> (rules: [SyncRule], unknown: [UnknownPart: Int]) {
    var frame = HandFrame()
    let name = frame.text("p")
    var rules: [UInt8] = []
    for action in UInt8(1)...4 {
      let source = frame.part(75, [.fixed(1, [10, 0, 0, 1])] + match)
      rules += frame.part(74, [.small(1, action), .sized(8, source)] + rule)
    }
    frame.item(
      3,
      [.small(1, 2), .small(3, name), .flag(11), .sized(13, rules), .sized(14, rules)] + ofPolicy)
    let result = try decode(frame)
    guard case .policy(_, let policy?)? = result.updates.first else {
      Issue.record("\(result.updates)")
      return ([], [:])
    }
    #expect(policy.ingress == policy.egress)
    return (policy.ingress, result.unknown)
  }

  @Test("makes a rule that allows never match, a Pass deny, and a Deny go on without it")
  func rules() throws {
    for (level, title) in [(0, "policy"), (1, "rule"), (2, "match")] {
      for strange in Self.marked(true) {
        let (rules, unknown) = try policy(
          level == 0 ? [strange] : [], rule: level == 1 ? [strange] : [],
          match: level == 2 ? [strange] : [])
        let reason = "field 60 of \(title) is not known to this version"
        #expect(rules.map(\.action) == [.allow, .deny, .deny, .log])
        #expect(rules.map(\.neverMatches) == [reason, nil, nil, reason])
        #expect(rules.allSatisfy { $0.source.nets == [CIDR(host: IPAddress(v4: 0x0a00_0001))] })
        #expect(
          unknown[UnknownPart(of: title, number: 60, isCritical: true)] == (level == 0 ? 1 : 8))
      }
      for strange in Self.marked(false) {
        let (rules, unknown) = try policy(
          level == 0 ? [strange] : [], rule: level == 1 ? [strange] : [],
          match: level == 2 ? [strange] : [])
        #expect(rules.map(\.action) == [.allow, .deny, .pass, .log])
        #expect(rules.allSatisfy { $0.neverMatches == nil })
        #expect(
          unknown[UnknownPart(of: title, number: 60, isCritical: false)] == (level == 0 ? 1 : 8))
      }
    }
  }

  @Test("does the same in a profile, and in a port of an endpoint")
  func nested() throws {
    var frame = HandFrame()
    let name = frame.text("p")
    let rule = frame.part(74, [.small(1, 1)])
    frame.item(5, [.small(1, name), .sized(8, rule), .sized(9, rule), Self.strange[0]])
    let port = frame.part(66, [.small(1, name), .small(2, 6), .small(3, 80), Self.strange[1]])
    frame.parts.append(port + port)
    frame.item(2, [.small(1, name), .small(14, 1)])
    let result = try decode(frame)
    guard case .profile(_, let profile?)? = result.updates.first,
      case .hostEndpoint(_, let host?)? = result.updates.last
    else {
      Issue.record("\(result.updates)")
      return
    }
    #expect(profile.ingress.map { $0.neverMatches == nil } == [false])
    #expect(profile.egress.map { $0.neverMatches == nil } == [false])
    #expect(host.allowsNothing)
    #expect(host.ports.count == 2)
    #expect(result.unknown[UnknownPart(of: "port", number: 60, isCritical: true)] == 2)
  }

  @Test("may be a value of a field that is known, or another form of one")
  func values() throws {
    // An action that is not known is nothing that allows.
    var frame = HandFrame()
    let name = frame.text("p")
    let asked = frame.text("teleportation")
    let feature = frame.text("httpMatch")
    frame.lists.append([asked, feature])
    let strangeAction = frame.part(74, [.small(1, 77)])
    let strangeFamily = frame.part(74, [.small(1, 1), .small(3, 9)])
    let strangeFeature = frame.part(74, [.small(1, 1), .small(11, 1)])
    frame.item(5, [.small(1, name), .sized(8, strangeAction + strangeFamily + strangeFeature)])
    // A MAC of eight bytes, and an ignorable container ID of three.
    frame.item(
      1,
      [
        .small(2, name), .fixed(11, [1, 2, 3, 4, 5, 6, 7, 8]),
        .fixed(13, [1, 2, 3], isCritical: false),
      ])
    let result = try decode(frame)
    guard case .profile(_, let profile?)? = result.updates.first,
      case .workloadEndpoint(_, let endpoint?)? = result.updates.last
    else {
      Issue.record("\(result.updates)")
      return
    }
    #expect(profile.ingress.map(\.action) == [.deny, .allow, .allow])
    #expect(profile.ingress.map { $0.neverMatches != nil } == [false, true, true])
    #expect(profile.ingress[2].asks == [.httpMatch])
    #expect(endpoint.allowsNothing)
    #expect(endpoint.mac == nil)
    #expect(endpoint.containerID.isEmpty)
    #expect(
      result.unknown == [
        UnknownPart(of: "rule", number: 1, isCritical: true): 1,
        UnknownPart(of: "rule", number: 3, isCritical: true): 1,
        UnknownPart(of: "rule", number: 11, isCritical: true): 1,
        UnknownPart(of: "workload endpoint", number: 11, isCritical: true): 1,
        UnknownPart(of: "workload endpoint", number: 13, isCritical: false): 1,
      ])
  }

  @Test("in what an update is about leaves the update out, and nobody else's is touched")
  func identities() throws {
    var strange = Self.strange[1]
    strange.number = 7
    var frame = HandFrame()
    let name = frame.text("p")
    frame.item(3, [.small(1, 2), .small(3, name), strange, .flag(11)])
    frame.item(3, [.small(1, 99), .small(3, name)], isDeletion: true)
    frame.item(4, [.small(1, name), strange], isDeletion: true)
    frame.item(13, [])
    let result = try decode(frame)
    #expect(result.updates == [.inSync])
    #expect(
      result.unknown == [
        UnknownPart(of: "policy", number: 7, isCritical: true): 1,
        UnknownPart(of: "policy", number: 1, isCritical: true): 1,
        UnknownPart(of: "tier", number: 7, isCritical: true): 1,
      ])
  }

  @Test("may be a kind of update: an ignorable one is only counted")
  func ignorableKinds() throws {
    var frame = HandFrame()
    let name = frame.text("k")
    frame.item(50, [.small(1, name), .small(2, name), .sized(9, [1, 2])], isCritical: false)
    frame.item(50, [.small(1, name)], isCritical: false, isDeletion: true)
    frame.item(13, [])
    let result = try decode(frame)
    #expect(result.updates == [.inSync])
    #expect(result.unknown == [UnknownPart(of: "update", number: 50, isCritical: false): 2])
  }

  @Test("may be a kind of update: a critical one says what it concerns")
  func criticalKinds() throws {
    var frame = HandFrame()
    let (name, tier, endpoint) = (frame.text("k"), frame.text("t"), frame.text("w"))
    let own = Field.sized(9, [1, 2, 3])
    frame.item(50, [.small(1, name), own])
    frame.item(50, [.small(1, name), .small(2, tier), own])
    frame.item(50, [.small(1, name), .small(3, tier), .small(4, endpoint), own])
    frame.item(51, [.small(1, name), .small(5, endpoint), own])
    frame.item(51, [.small(1, name), own], isDeletion: true)
    let result = try decode(frame)
    let (first, second) = (
      UnknownUpdateID(kind: 50, name: "k"), UnknownUpdateID(kind: 51, name: "k")
    )
    #expect(
      result.updates == [
        .unknown(first, .nothing), .unknown(first, .tier("t")),
        .unknown(first, .workloadEndpoint(WorkloadEndpointID(namespace: "t", name: "w"))),
        .unknown(second, .hostEndpoint("w")), .unknown(second, nil),
      ])
    #expect(
      result.unknown == [
        UnknownPart(of: "update", number: 50, isCritical: true): 3,
        UnknownPart(of: "update", number: 51, isCritical: true): 2,
      ])
  }

  @Test("in findings is left out where it is the object or its kind, and ignored elsewhere")
  func findings() throws {
    var frame = HandFrame()
    let (kind, name, field) = (frame.text("Node"), frame.text("n"), frame.text("spec.x"))
    let (strangeKind, strangeFeature) = (frame.text("Spaceship"), frame.text("warp"))
    let key = frame.part(84, [.small(1, kind), .small(3, name)])
    let ask = frame.part(87, [.small(1, field), .small(2, strangeFeature)])
    let asks = frame.part(86, [.sized(1, key), .sized(2, ask)])
    frame.item(
      14, [.sized(8, key), .sized(11, asks), .sized(60, [1], isCritical: false)])
    let strange = frame.part(84, [.small(1, strangeKind), .small(3, name)])
    frame.item(14, [.sized(8, strange)])
    let result = try decode(frame)
    #expect(result.findings.map { "\($0.key)" } == ["Node(n)"])
    // Asks for something that nobody here knows: nothing that anybody here does.
    #expect(result.findings.first?.asks.asks == [Asks.Ask(field: "spec.x", feature: nil)])
    #expect(result.unknown[UnknownPart(of: "object", number: 1, isCritical: true)] == 1)
  }
}
