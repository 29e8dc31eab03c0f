// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Testing

@Suite("MAC addresses")
struct MACAddressTests {
  @Test("text and octets go both ways")
  func text() {
    let octets: [UInt8] = [0xee, 0x0, 0x1, 0xab, 0xcd, 0xf]
    let mac = MACAddress(octets: octets)
    #expect(mac?.description == "ee:00:01:ab:cd:0f")
    #expect(mac?.octets == octets)
    #expect(MACAddress("EE-00-01-AB-CD-0F") == mac)
    #expect(MACAddress("ee:00:01:ab:cd:0f") == mac)
    #expect(mac?.bits == 0xee00_01ab_cd0f)
    #expect(MACAddress(bits: 0xee00_01ab_cd0f) == mac)
    #expect(MACAddress(bits: 1 << 48) == nil)
  }

  @Test(
    "what is no MAC address is refused",
    arguments: [
      "", "ee:ee:ee:ee:ee", "ee:ee:ee:ee:ee:ee:ee", "ee:ee:ee:ee:ee:eg", "ee:ee:ee-ee:ee:ee",
      "eeeeeeeeeeee", "ee.ee.ee.ee.ee.ee", "e:eee:ee:ee:ee:ee", "ee:ee:ee:ee:ee:e ",
      "+1:ee:ee:ee:ee:ee",
    ])
  func refused(text: String) {
    #expect(MACAddress(text) == nil)
  }

  @Test("only six octets are taken")
  func octets() {
    for count in [0, 5, 7, 20] {
      #expect(MACAddress(octets: [UInt8](repeating: 1, count: count)) == nil)
    }
  }
}
