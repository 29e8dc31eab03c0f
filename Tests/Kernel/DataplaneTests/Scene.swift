// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Logging
import Netlink
import PacketLab
import PolicyModel
import Telemetry
import TestSupport
import Testing

@testable import Dataplane

/// A node with three workloads and an outside, programmed by a dataplane.
struct Scene {
  struct Pod: Sendable {
    var name: String
    var number: UInt32

    var interface: String { "cali\(name)" }
    var ipv4: IPAddress { IPAddress(v4: 0x0a41_0000 | number) }
    var ipv6: IPAddress { IPAddress(v6: 0xfd65 << 112 | UInt128(number)) }
    var key: EndpointID { EndpointID(workload: "shop/\(name)") }
  }

  static let web = Pod(name: "web", number: 2)
  static let db = Pod(name: "db", number: 9)
  static let guest = Pod(name: "guest", number: 7)
  /// Without any policy, so that its packets show that others have had their time.
  static let control = Pod(name: "control", number: 0xff01)
  static let outside = IPAddress(v4: 0xc000_02c8)

  static let policy = PolicyID(kind: .networkPolicy, namespace: "shop", name: "db")
  static let friends = IPSetID("s:friends")
  static let open = "open"

  let lab: PacketLab
  let namespace: NetworkNamespace

  init(wired pods: [Pod] = [web, db, guest]) async throws {
    lab = try PacketLab()
    try await lab.start(
      nodes: ["node"], outsideNets: ["192.0.2.0/24", "2001:db8::/64"].compactMap { CIDR($0) })
    namespace = try await lab.namespace(of: "node")
    for pod in pods + [Self.control] { try await wire(pod) }
  }

  func wire(_ pod: Pod) async throws {
    try await lab.connect(
      pod.name, [pod.ipv4, pod.ipv6], to: "node", interface: pod.interface)
  }

  func dataplane(
    _ configuration: DataplaneConfiguration = DataplaneConfiguration(),
    metrics: MetricsRegistry = MetricsRegistry()
  ) throws -> Dataplane {
    try Dataplane(
      configuration: configuration, namespace: namespace, metrics: metrics, log: Self.quiet)
  }

  /// What is not as it should be is expected.
  static var quiet: Logger {
    var log = Logger(label: "test")
    log.logLevel = .critical
    return log
  }

  // MARK: - What is asked for

  static func endpoint(_ pod: Pod, policed: Bool = false) -> DesiredChange {
    .endpoint(
      pod.key,
      DesiredEndpoint(
        interfaceName: pod.interface, ipv4Nets: [CIDR(host: pod.ipv4)],
        ipv6Nets: [CIDR(host: pod.ipv6)],
        tiers: DesiredTiers(
          normal: policed ? [DesiredTier(name: "default", ingress: [policy])] : []),
        profiles: [open]))
  }

  static func set(_ nets: [CIDR]) -> DesiredChange {
    .set(
      friends,
      DesiredSet(type: .nets, comment: "friend == 'yes'", members: Set(nets.map { .net($0) })))
  }

  /// Lets friends to port 80.
  static func rules(_ others: DesiredRule...) -> DesiredChange {
    var source = DesiredMatch()
    source.names.sets = [friends]
    var destination = DesiredMatch()
    destination.ports = [PortRange(80)]
    let rule = DesiredRule(
      .allow, transport: .udp, source: source, destination: destination)
    return .policy(policy, DesiredPolicy(tier: "default", ingress: [rule] + others))
  }

  /// The database lets web in, and nobody else.
  static var changes: [DesiredChange] {
    [
      set([CIDR(host: web.ipv4), CIDR(host: web.ipv6)]), rules(),
      .profile(
        open, DesiredProfile(ingress: [DesiredRule(.allow)], egress: [DesiredRule(.allow)])),
      endpoint(web), endpoint(db, policed: true), endpoint(guest), endpoint(control), .inSync,
    ]
  }

  // MARK: - Packets

  static func udp(
    _ from: Pod, _ to: Pod, port: UInt16 = 80, sourcePort: UInt16 = 40000, family: IPFamily = .v4
  ) -> LabProbe {
    family == .v4
      ? LabProbe(.udp, from: from.ipv4, port: sourcePort, to: to.ipv4, port: port)
      : LabProbe(.udp, from: from.ipv6, port: sourcePort, to: to.ipv6, port: port)
  }

  static let controls = [(from: control.ipv4, to: outside), (from: outside, to: control.ipv4)]

  func arrive(_ probes: [LabProbe]) async throws -> [Bool] {
    try await lab.judge(probes, controls: Self.controls)
  }

  /// Two that must arrive, and two that must not.
  static let usual = [
    udp(web, db), udp(web, db, family: .v6), udp(guest, db), udp(web, db, port: 81, family: .v6),
  ]

  /// Whether the usual packets fare as `changes` says.
  func isRight() async throws -> Bool {
    try await arrive(Self.usual) == [true, true, false, false]
  }

  @discardableResult
  func nft(_ words: String...) async throws -> String {
    try await NamespaceCommand.run(["nft"] + words, in: namespace)
  }
}

extension MetricsRegistry {
  /// A metric's value as it is printed.
  func value(_ name: String) -> String? {
    text().split(separator: "\n").first { $0.hasPrefix("\(name) ") }
      .map { String($0.dropFirst(name.utf8.count + 1)) }
  }
}
