// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Testing

@Suite("Protocols")
struct IPProtocolTests {
  @Test(
    "names and numbers",
    arguments: [
      ("TCP", 6), ("UDP", 17), ("ICMP", 1), ("ICMPv6", 58), ("SCTP", 132), ("UDPLite", 136),
    ] as [(String, UInt8)])
  func names(name: String, number: UInt8) {
    let known = IPProtocol(rawValue: number)
    #expect(known.name == name)
    #expect(known.description == name)
    for text in [name, name.lowercased(), name.uppercased()] {
      #expect(IPProtocol(name: text) == known)
      #expect(IPProtocol(text) == known)
    }
    #expect(IPProtocol("\(number)") == known)
    #expect(IPProtocol.named.contains(known))
  }

  @Test("a protocol without a name is its number")
  func numbers() {
    #expect(IPProtocol(rawValue: 89).name == nil)
    #expect(IPProtocol(rawValue: 89).description == "89")
    #expect(IPProtocol("89") == IPProtocol(rawValue: 89))
    for text in ["", "256", "-1", "06", "ospf", "tcp ", "tcp6"] {
      #expect(IPProtocol(text) == nil)
    }
    #expect(IPProtocol(name: "6") == nil)
  }

  @Test("TCP, UDP and SCTP have ports")
  func ports() {
    #expect((0...255).map { IPProtocol(rawValue: $0) }.filter(\.hasPorts) == [.tcp, .udp, .sctp])
  }
}
