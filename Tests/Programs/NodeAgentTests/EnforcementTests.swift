// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Features
import Resources
import SyncModel
import Testing

@testable import NodeAgent

@Suite("What is asked for and not enforced")
struct EnforcementTests {
  private let key = ResourceKey(kind: .globalNetworkPolicy, name: "a")

  private func asks(_ features: [Feature?]) -> Asks {
    var asks = Asks(key)
    for (index, feature) in features.enumerated() { asks.add("spec.field\(index)", feature) }
    return asks
  }

  @Test("what one part does is not reported, and what nobody does is", arguments: Feature.allCases)
  func claims(_ feature: Feature) {
    let asked = asks([feature])
    let missing = Unenforced(key: key, field: "spec.field0", reason: feature.absence)
    let others = Set(Feature.allCases).subtracting([feature])
    #expect(Enforcement([[], [feature], []]).unenforced(asked) == [])
    #expect(Enforcement([[], others]).unenforced(asked) == [missing])
    #expect(!feature.absence.isEmpty && !feature.absence.contains("\n"))
  }

  @Test("a field of a newer version nobody can do")
  func newer() {
    let all = Enforcement([Set(Feature.allCases)])
    #expect(
      all.unenforced(asks([nil])).map(\.description) == [
        "GlobalNetworkPolicy(a) spec.field0: stored and not enforced: "
          + "the field is not known to this version"
      ])
  }

  @Test("this version does these, and says of all others that it does not")
  func thisVersion() {
    #expect(Enforcement.ofThisVersion.features == [.natOutgoing, .disableBGPExport, .meshOff])
    let idle = Feature.allCases.filter { !Enforcement.ofThisVersion.features.contains($0) }
    #expect(
      Set(Enforcement.ofThisVersion.unenforced(asks(Feature.allCases)).map(\.reason))
        == Set(idle.map(\.absence)))
    #expect(idle.count == Feature.allCases.count - 3)
  }

  @Test("comes in order and has an end, and what is done takes no place in it")
  func bounded() {
    var asked = asks(Array(repeating: .natOutgoing, count: 150))
    for index in 0..<130 { asked.add("spec.http\(index)", .httpMatch) }
    for index in 0..<20 { asked.add("spec.a\(index)", nil) }
    let found = Enforcement([[.natOutgoing]]).unenforced(asked)
    #expect(found.count == 101)
    #expect(found == found.sorted())
    #expect(found.contains { $0.field == "object" && $0.reason == "50 more" })
    #expect(found.filter { $0.field.hasPrefix("spec.http") }.count == 100)
    #expect(Enforcement([[.natOutgoing, .httpMatch]]).unenforced(asked).count == 20)
  }

  @Test("of a stored object is what its fields ask for")
  func stored() {
    var pool = IPPool(name: "p", spec: IPPoolSpec(cidr: "10.0.0.0/16"))
    pool.spec.ipipMode = .crossSubnet
    pool.spec.natOutgoing = true
    var bgp = BGPConfiguration(name: "default")
    bgp.spec.nodeToNodeMeshEnabled = false
    bgp.spec.ignoredInterfaces = ["eth0"]
    var converter = SyncConverter()
    _ = converter.convert(.set(pool))
    _ = converter.convert(.set(bgp))
    #expect(
      converter.asks.flatMap { Enforcement.ofThisVersion.unenforced($0) }.map(\.description) == [
        "BGPConfiguration(default) spec.ignoredInterfaces: stored and not enforced: "
          + "BIRD is configured without it",
        "IPPool(p) spec.ipipMode: stored and not enforced: "
          + "CrossSubnet is not done: traffic between nodes is not encapsulated",
      ])
    #expect(
      Enforcement([[.ipipCrossSubnet]]).unenforced(converter.asks(of: bgp.key)).map(\.field)
        == ["spec.ignoredInterfaces", "spec.nodeToNodeMeshEnabled"])
  }
}
