// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Logging
import TestSupport
import Testing

@testable import NodeAgent

@Suite("The MTU of pods' interfaces")
struct PodMTUTests {
  private let folder = TemporaryFolder()

  private func interface(
    _ name: String, _ mtu: UInt32, _ address: String? = nil, isUp: Bool = true
  ) -> HostInterface {
    HostInterface(
      name: name, isUp: isUp,
      addresses: address.flatMap { InterfaceAddress($0) }.map { [$0] } ?? [],
      mtu: mtu)
  }

  /// What the plugin reads.
  private var file: String? { access(folder.file("mtu"), F_OK) == 0 ? folder.read("mtu") : nil }

  @Test(
    "is that of the smallest way out",
    arguments: [
      ([("eth0", 1500, "10.0.0.1/24", true), ("eth1", 1400, nil, true)], "1400\n"),
      (
        [("uplink", 9000, "10.0.0.1/24", true), ("docker0", 1450, "172.17.0.1/16", true)], "9000\n"
      ),
      ([("eth0", 1500, nil, true), ("eth1", 1400, nil, false)], "1500\n"),
      ([("eth0", 1500, nil, true), ("cali12345678901", 1280, nil, true)], "1500\n"),
      ([("lo", 65536, "10.0.0.1/32", true), ("enp3s0", 1500, nil, true)], "1500\n"),
      ([("docker0", 1450, "172.17.0.1/16", true)], nil),
    ] as [([(String, UInt32, String?, Bool)], String?)])
  func smallest(interfaces: [(String, UInt32, String?, Bool)], expected: String?) throws {
    let own = try #require(IPAddress("10.0.0.1"))
    let mtu = PodMTU(folder: folder.path, addresses: [own], log: Logger(label: "test"))
    mtu.update(interfaces.map { interface($0.0, $0.1, $0.2, isUp: $0.3) })
    #expect(file == expected)
  }

  @Test("follows the interfaces, and stays when none is left")
  func follows() throws {
    let mtu = PodMTU(folder: folder.path, addresses: [], log: Logger(label: "test"))
    mtu.update([interface("eth0", 1500)])
    mtu.update([interface("eth0", 1400)])
    #expect(file == "1400\n")
    mtu.update([])
    #expect(file == "1400\n")
    unlink(folder.file("mtu"))
    mtu.update([interface("eth0", 1400)])
    #expect(file == "1400\n")
    // Another restart of the agent, with the interface as it was at first.
    PodMTU(folder: folder.path, addresses: [], log: Logger(label: "test"))
      .update([interface("eth0", 1500)])
    #expect(file == "1500\n")
  }
}
