// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import NodeAgent
import Testing

@Suite("Detecting the node's address")
struct AddressDetectionTests {
  let interfaces = [
    HostInterface(name: "lo", isUp: true, addresses: ["127.0.0.1/8", "::1/128"].parsed),
    HostInterface(name: "docker0", isUp: true, addresses: ["172.17.0.1/16"].parsed),
    HostInterface(name: "eth9", isUp: false, addresses: ["10.9.9.9/24"].parsed),
    HostInterface(name: "eth0", isUp: true, addresses: ["169.254.3.3/16", "10.0.0.5/24"].parsed),
    HostInterface(name: "eth1", isUp: true, addresses: ["192.168.7.2/24", "fd00::2/64"].parsed),
    HostInterface(name: "cali123", isUp: true, addresses: ["10.1.1.1/32"].parsed),
  ]

  func found(_ method: String, _ family: IPFamily = .v4) throws -> String? {
    try AddressDetection(method).detect(
      family, among: interfaces, sourceTowards: { $0 == "8.8.8.8" ? IPAddress("192.168.7.2") : nil }
    )?.address.description
  }

  @Test("takes the first usable address of an interface that can be a node's own")
  func firstFound() throws {
    #expect(try found("first-found") == "10.0.0.5/24")
    #expect(try found("first-found", .v6) == "fd00::2/64")
  }

  @Test("follows interface=, skip-interface=, cidr= and can-reach=")
  func methods() throws {
    #expect(try found("interface=ens.*,eth1") == "192.168.7.2/24")
    #expect(try found("interface=docker0") == "172.17.0.1/16")
    #expect(try found("interface=ens.*") == nil)
    #expect(try found("skip-interface=eth0") == "192.168.7.2/24")
    #expect(try found("cidr=192.168.0.0/16,10.0.0.0/8") == "10.0.0.5/24")
    #expect(try found("can-reach=8.8.8.8") == "192.168.7.2/24")
    #expect(try found("can-reach=nowhere") == nil)
  }

  @Test(
    "refuses what is no method, and says what is allowed",
    arguments: [
      "", "first", "cidr=", "cidr=10.0.0.0/33", "interface=(", "skip-interface=eth0,[a",
      "can-reach=",
      "kubernetes-internal-ip",
    ])
  func refused(_ text: String) {
    #expect {
      _ = try AddressDetection(text, variable: "IP6_AUTODETECTION_METHOD")
    } throws: { error in
      "\(error)".hasPrefix("IP6_AUTODETECTION_METHOD = '\(text)' is not valid: allowed is ")
    }
  }

  @Test("says why it took the address")
  func reason() throws {
    let result = try AddressDetection("cidr=10.0.0.0/8").detect(
      .v4, among: interfaces, sourceTowards: { _ in nil })
    #expect(result?.reason == "cidr=10.0.0.0/8: it is on eth0")
  }
}

extension [String] {
  var parsed: [InterfaceAddress] { compactMap { InterfaceAddress($0) } }
}
