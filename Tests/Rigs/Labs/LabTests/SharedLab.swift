// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing
import ValueTree

@testable import Lab

/// One lab of three nodes with running agents, for all tests of a suite.
struct SharedLab: SuiteTrait, TestScoping {
  /// The suite runs its tests one after the other, so only one of them has the lab at a time.
  private final class Box: @unchecked Sendable {
    let lab: LabCluster
    init(_ lab: LabCluster) { self.lab = lab }
  }

  @TaskLocal private static var box: Box?

  static var lab: LabCluster {
    get throws {
      guard let box else { throw LabError.notFound("the suite's lab") }
      return box.lab
    }
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let lab = try LabCluster(LabOptions(nodes: 3, agentSettings: ["NO_DEFAULT_POOLS": "true"]))
    defer { lab.destroy() }
    try lab.calicoctl(
      "create", "-f", "-",
      input: """
        apiVersion: projectcalico.org/v3
        kind: IPPool
        metadata:
          name: pool
        spec:
          cidr: 10.1.0.0/16
          natOutgoing: true
        """)
    try lab.startAgents()
    try lab.waitUntilMeshed()
    try await Self.$box.withValue(Box(lab)) { try await function() }
    #expect(lab.pods.map(\.name) == [], "each test detaches its pods")
  }
}

extension Trait where Self == SharedLab {
  static var sharedLab: Self { Self() }
}

extension LabCluster {
  /// A pod that listens on TCP 6379 and 80 and on UDP 53, reachable from all nodes.
  func pod(
    _ name: String, _ node: Int, namespace: String = "test", labels: [String: String] = [:],
    ports: [PodPort] = [], pool: String? = nil
  ) throws -> LabPod {
    let pod = try attach(
      pod: name, namespace: namespace, node: self.node(node), labels: labels, ports: ports,
      settings: pool.map { pool in
        [
          .init(
            "ipam",
            .object([
              .init("type", .string("calico-ipam")),
              .init("ipv4_pools", .array([.string(pool)])),
            ]))
        ]
      } ?? [])
    try serve(pod, tcp: [6379, 80], udp: [53])
    return pod
  }

  /// Detaches pods, ending what runs in them.
  func detachAll(_ pods: LabPod...) {
    for pod in pods where self.pods.contains(where: { $0 === pod }) {
      #expect(throws: Never.self) { try detach(pod) }
    }
  }

  func outcome(
    _ place: some LabPlace, _ transport: ProbeTransport, _ address: String, _ port: UInt16 = 0,
    source: String? = nil, milliseconds: Int = 1500
  ) throws -> ProbeOutcome {
    try probe(
      from: place, to: ProbeTarget(transport, address, port), source: source,
      milliseconds: milliseconds)
  }

  /// Waits until a TCP port is, or is not, reached.
  func waitUntil(_ place: some LabPlace, reaches address: String, _ port: UInt16, _ wanted: Bool)
    throws
  {
    try waitUntil("\(place.name) to \(address):\(port)") { () throws(LabError) in
      let outcome = try probe(
        from: place, to: ProbeTarget(.tcp, address, port), milliseconds: 300)
      return outcome.isAnswered == wanted ? nil : outcome.description
    }
  }
}

extension LabNode {
  /// Lines of a command's output, with single spaces.
  func lines(_ words: String...) throws -> [String] {
    try run(words).checked().split(separator: "\n").map {
      $0.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    }
  }
}
