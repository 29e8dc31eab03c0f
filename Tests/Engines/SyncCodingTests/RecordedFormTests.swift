// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import Glibc
import HostSystem
import PolicyModel
import Resources
import Selectors
import SyncModel
import Testing

@testable import SyncCoding

/// One of everything, as the first form of frames was recorded. It is read forever.
///
/// `CALICO_RECORD_FRAMES=1` writes the recording anew: only before a form is released.
@Suite("Recorded frames")
struct RecordedFormTests {
  private static let file =
    "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/Recorded/v1/everything.hex"

  /// Fixed values with every field of every type set.
  private static func everything() throws -> UpdateBatch {
    func net(_ text: String) throws -> CIDR { try #require(CIDR(text)) }
    func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
    let port = SyncEndpointPort(name: "http", transport: .tcp, port: 8080)
    let id = WorkloadEndpointID(
      namespace: "shop", name: "worker--1-k8s-web--bcdfghjklm--x7k2p-eth0")
    let workload = SyncWorkloadEndpoint(
      node: "worker-1", interfaceName: "cali0123456789a",
      nets: [try net("10.0.0.1"), try net("fd00::1")], mac: MACAddress(bits: 0x0200_0000_0001),
      created: "2024-02-29T12:34:56Z", containerID: String(repeating: "0123456789abcdef", count: 4),
      labels: ["app": "web", "é": "ü"], profiles: ["kns.shop", "ksa.shop.default"],
      labelProfiles: ["kns.shop"], ports: [port],
      allowedSourcePrefixes: [try net("198.51.100.0/24")], allowsNothing: true)
    let host = SyncHostEndpoint(
      node: "worker-1", interfaceName: "eth0", addresses: [try address("192.0.2.1")],
      labels: ["role": "worker"], profiles: ["p"], labelProfiles: [], ports: [port],
      allowsNothing: true)
    var rule = SyncRule(
      .allow, index: 3, family: .v4, transport: .tcp, notTransport: .udp,
      icmp: ICMPMatch(type: 8, code: 0), notICMP: ICMPMatch(type: 3), neverMatches: "because",
      asks: [.httpMatch, .serviceMatch])
    rule.source.nets = [try net("10.0.0.0/8")]
    rule.source.notNets = [try net("10.1.0.0/16")]
    rule.source.ports = [PortRange(80)]
    rule.source.notPorts = [try #require(PortRange(first: 8000, last: 9000))]
    rule.source.names.selector = try Selector("app == 'web' && !has(old)")
    rule.destination.names.notSelector = try Selector("app in {'a', 'b'}")
    rule.destination.names.namedPorts = ["http"]
    rule.destination.names.notNamedPorts = ["metrics"]
    let rules = [rule, SyncRule(.deny), SyncRule(.pass), SyncRule(.log)]
    let policy = SyncPolicy(
      tier: "default", order: 100.5, selector: try Selector("has(app)"), appliesToIngress: true,
      appliesToEgress: true, ingress: rules, egress: [rule], doNotTrack: true, preDNAT: true,
      applyOnForward: true)
    let key = ResourceKey(kind: .networkPolicy, namespace: "shop", name: "web")
    var asks = Asks(key)
    asks.add("spec.ingress[0].http", .httpMatch)
    for _ in 0...Asks.limit { asks.add("spec.new", nil) }
    let findings = ObjectFindings(
      key: key, node: "worker-1",
      problems: [ConversionProblem(key: key, field: "spec.order", reason: "must be a number")],
      asks: asks)
    let node = SyncNode(
      ipv4: InterfaceAddress("192.0.2.1/24"), ipv6: InterfaceAddress("2001:db8::1/64"),
      asNumber: 64_512, routeReflectorClusterID: "244.0.0.1", labels: ["rack": "1"])
    return UpdateBatch(
      updates: [
        .workloadEndpoint(id, workload), .workloadEndpoint(id, nil), .hostEndpoint("h", host),
        .policy(PolicyID(kind: .networkPolicy, namespace: "shop", name: "web"), policy),
        .policy(PolicyID(kind: .globalNetworkPolicy, name: "all"), SyncPolicy()),
        .policy(PolicyID(kind: .kubernetesNetworkPolicy, namespace: "shop", name: "k"), nil),
        .tier("security", SyncTier(order: 10, defaultAction: .pass, onlyDenies: true)),
        .profile("p", SyncProfile(ingress: [rule], egress: [rule], labels: ["zone": "red"])),
        .networkSet(
          NetworkSetID(namespace: "shop", name: "s"),
          SyncNetworkSet(
            nets: [try net("203.0.113.0/24"), try net("2001:db8::/32")],
            labels: ["kind": "partner"],
            profiles: ["kns.shop"], allowsNothing: true)),
        .pool(
          try net("10.0.0.0/16"),
          SyncPool(
            ipip: .crossSubnet, vxlan: .always, natOutgoing: true, disabled: true,
            disableBGPExport: true)),
        .node("worker-1", node),
        .block(
          try net("10.0.0.0/26"),
          SyncBlock(node: "worker-1", borrowed: [try address("10.0.0.7"): "worker-2"])),
        .bgpPeer(
          "peer",
          SyncBGPPeer(
            node: "worker-1", address: try address("2001:db8::2"), port: 1790, asNumber: .max)),
        .bgpConfiguration(
          "default",
          SyncBGPConfiguration(
            asNumber: 65_000, listenPort: 1179, logSeverity: .debug, meshEnabled: true)),
        .felixConfiguration(
          "gpu",
          SyncFelixConfiguration(
            nodeSelector: try Selector("has(gpu)"), parameters: ["IptablesBackend": "NFT"])),
        .unknown(UnknownUpdateID(kind: 60, name: "u"), .tier("security")), .inSync,
      ], findings: [findings], status: .inSync, isStatusNew: true)
  }

  @Test("of the first form are read as what they were, with one item of every kind")
  func first() throws {
    let batch = try Self.everything()
    let frames = batch.frames()
    #expect(frames.count == 1)
    if getenv("CALICO_RECORD_FRAMES") != nil {
      let digits = Array("0123456789abcdef")
      var text = ""
      for (index, byte) in (frames.first ?? []).enumerated() {
        text +=
          "\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])" + (index % 48 == 47 ? "\n" : "")
      }
      try SmallFile.write(Self.file, text + "\n", mode: 0o644)
    }
    let recorded = try Self.bytes(
      of: String(decoding: SmallFile.read(Self.file, limit: 1 << 20), as: UTF8.self))
    var decoder = SyncDecoder()
    let frame = try decoder.decode(recorded)
    #expect(frame.updates == batch.updates)
    #expect(frame.findings == batch.findings)
    #expect(frame.status == batch.status)
    #expect(frame.isStatusNew)
    #expect(Self.kinds(in: frame) == Set(ItemKind.allCases))
    // What this version writes is that still. A field that is added may end this: then the line
    // goes, and what is recorded stays.
    #expect(frames.first == recorded)
  }

  private static func bytes(of text: String) throws -> [UInt8] {
    let digits = text.utf8.compactMap { TextForms.digit($0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private static func kinds(in frame: SyncFrame) -> Set<ItemKind> {
    var kinds: Set<ItemKind> = []
    for update in frame.updates where !update.isDeletion {
      switch update {
      case .workloadEndpoint: kinds.insert(.workloadEndpoint)
      case .hostEndpoint: kinds.insert(.hostEndpoint)
      case .policy: kinds.insert(.policy)
      case .tier: kinds.insert(.tier)
      case .profile: kinds.insert(.profile)
      case .networkSet: kinds.insert(.networkSet)
      case .pool: kinds.insert(.pool)
      case .node: kinds.insert(.node)
      case .block: kinds.insert(.block)
      case .bgpPeer: kinds.insert(.bgpPeer)
      case .bgpConfiguration: kinds.insert(.bgpConfiguration)
      case .felixConfiguration: kinds.insert(.felixConfiguration)
      case .inSync: kinds.insert(.inSync)
      case .unknown: break
      }
    }
    if !frame.findings.isEmpty { kinds.insert(.findings) }
    if frame.status != nil { kinds.insert(.status) }
    return kinds
  }
}
