// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import IPAM
import LocalDatastore
import Resources
import Testing
import ValueTree

extension Host {
  /// A pool for each family, and a configuration that takes an address from both.
  static let pools = ["10.65.0.0/26", "fd00:65::/122"]
  static let both: [Value.Member] = [
    .init("ipam", ["type": "calico-ipam", "assign_ipv6": true])
  ]

  func ping(_ address: String) throws {
    try node.run("ping", "-c", "1", "-W", "5", "-n", address)
  }

  /// Everything that a pod's interface is: the endpoint but for its revision, the host's link with
  /// its number, its addresses, routes and settings, what is inside, and who holds the addresses.
  func picture(_ pod: Pod) async throws -> [String] {
    var endpoint = try #require(try await endpoint(pod), "\(pod.name) has no endpoint")
    endpoint.metadata.resourceVersion = nil
    endpoint.metadata.generation = nil
    let link = endpoint.spec.interfaceName
    let outside = try node.run(
      "sh", "-ec",
      """
      cat /sys/class/net/\(link)/ifindex /sys/class/net/\(link)/ifalias
      ip -o addr show dev \(link); ip route show dev \(link); ip -6 route show dev \(link)
      sysctl -e net.ipv4.conf.\(link).proxy_arp net.ipv4.conf.\(link).forwarding
      """)
    let inside = try pod.namespace.run(
      "sh", "-ec",
      """
      cat /sys/class/net/\(pod.interface)/ifindex /sys/class/net/\(pod.interface)/address
      ip -o addr show dev \(pod.interface)
      ip route show table all dev \(pod.interface); ip -6 route show table all dev \(pod.interface)
      ip neigh show nud permanent dev \(pod.interface)
      """)
    let addresses = endpoint.spec.ipNetworks.map { String($0.prefix { $0 != "/" }) }
    let held = try await ipam.allocations().filter { addresses.contains("\($0.address)") }
      .map { "\($0.address) \($0.handle ?? "") \($0.attributes["pod"] ?? "")" }
    return [JSON.encode(endpoint.encode()), outside.settled, inside.settled] + held
  }

  /// The names of the host's interfaces of pods.
  func podLinks() throws -> [String] {
    try node.run("ls", "/sys/class/net").split(whereSeparator: \.isWhitespace).map(String.init)
      .filter { $0.hasPrefix("cali") }
  }

  /// The address and the handle of everything that is assigned.
  func held() async throws -> [String] {
    try await ipam.allocations().map { "\($0.address) \($0.handle ?? "")" }
  }
}

extension Host.Pod {
  /// Another interface of the pod, in the same namespace and of the same container.
  func with(_ interface: String) -> Host.Pod {
    var copy = self
    copy.interface = interface
    return copy
  }

  /// Another container of the pod in the same namespace.
  func with(container: String) -> Host.Pod {
    var copy = self
    copy.container = container
    return copy
  }

  func ping(_ address: String = "192.0.2.1", from source: String? = nil) throws {
    try namespace.run(
      ["ping", "-c", "1", "-W", "5", "-n"] + (source.map { ["-I", $0] } ?? []) + [address])
  }
}
