// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import HostSystem
import PolicyModel
public import SyncModel

/// The workload endpoints of a large cluster, in shares as clusters have them: pods of a thousand
/// deployments, spread over nodes; names, interfaces, MACs, addresses and containers are random.
public struct EndpointCrowd: Sendable {
  /// What the pods of a deployment have in common.
  private struct Deployment {
    var namespace: String
    /// The name of its pods without the last five letters.
    var prefix: String
    var labels: [String: String]
    var profiles: [String]
    var ports: [SyncEndpointPort]
    /// Seconds since 1970.
    var rollout: Int
  }

  private static let suffixLetters = Array("bcdfghjklmnpqrstvwxz2456789")
  private static let hexDigits = Array("0123456789abcdef")
  private var random: SplitMix64
  private var deployments: [Deployment] = []

  public init(seed: UInt64, deployments count: Int = 1000) {
    random = SplitMix64(seed: seed)
    for index in 0..<count { deployments.append(deployment(index)) }
  }

  private mutating func letters(_ count: Int, of letters: [Character]) -> String {
    var text = ""
    for _ in 0..<count {
      text.append(letters[Int.random(in: 0..<letters.count, using: &random)])
    }
    return text
  }

  private mutating func deployment(_ index: Int) -> Deployment {
    let word = ["web", "api", "worker", "cache", "ledger", "search"][index % 6]
    let app = "\(word)-\(index)"
    let namespace = "team-\(index % 97)"
    let account = index % 3 == 0 ? app : "default"
    let hash = letters(10, of: Self.suffixLetters)
    let http = SyncEndpointPort(name: "http", transport: .tcp, port: 8080)
    let metrics = SyncEndpointPort(name: "metrics", transport: .tcp, port: 9090)
    return Deployment(
      namespace: namespace, prefix: "\(app)-\(hash)-",
      labels: [
        "app.kubernetes.io/name": app, "app.kubernetes.io/part-of": word,
        "pod-template-hash": hash, "projectcalico.org/namespace": namespace,
        "pcns.projectcalico.org/name": namespace, "projectcalico.org/orchestrator": "k8s",
        "projectcalico.org/serviceaccount": account, "pcsa.projectcalico.org/name": account,
      ],
      profiles: ["kns.\(namespace)", "ksa.\(namespace).\(account)"],
      ports: [[], [http], [], [http, metrics]][index % 4],
      rollout: 1_700_000_000 + Int.random(in: 0..<5_000_000, using: &random))
  }

  /// So many endpoints, about thirty on a node, in no order.
  public mutating func endpoints(_ count: Int) -> [SyncUpdate] {
    var updates: [SyncUpdate] = []
    updates.reserveCapacity(count)
    for index in 0..<count {
      let pod = deployments[Int.random(in: 0..<deployments.count, using: &random)]
      let node = "worker-\(index / 30)"
      let name = pod.prefix + letters(5, of: Self.suffixLetters)
      let escaped = name.split(separator: "-").joined(separator: "--")
      // Nodes have blocks of 64 addresses, half of them in use.
      let address =
        UInt32(truncatingIfNeeded: 0x0a40_0000 + index / 30 * 64 + index % 30 * 2)
        + UInt32.random(in: 0...1, using: &random)
      var value = SyncWorkloadEndpoint(
        node: node, interfaceName: "cali" + letters(11, of: Self.hexDigits),
        nets: [CIDR(host: IPAddress(v4: address))],
        mac: MACAddress(bits: .random(in: 0..<1 << 48, using: &random)),
        containerID: letters(64, of: Self.hexDigits), labels: pod.labels,
        profiles: pod.profiles, ports: pod.ports)
      value.created = Self.time(pod.rollout + Int.random(in: 0..<3600, using: &random))
      let id = WorkloadEndpointID(
        namespace: pod.namespace, name: "worker--\(index / 30)-k8s-\(escaped)-eth0")
      updates.append(.workloadEndpoint(id, value))
    }
    updates.shuffle(using: &random)
    return updates
  }

  /// Within the winter of 2023, where the days' names need no calendar.
  private static func time(_ seconds: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = seconds / 86_400 - 19_676
    let (month, date) =
      day < 17 ? ("2023-11", 14 + day) : day < 48 ? ("2023-12", day - 16) : ("2024-01", day - 47)
    let rest = seconds % 86_400
    return
      "\(month)-\(two(min(date, 31)))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
  }
}
