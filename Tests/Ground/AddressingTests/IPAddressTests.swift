// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Testing

@Suite("IP addresses")
struct IPAddressTests {
  @Test(
    "text and number agree",
    arguments: [
      ("0.0.0.0", 0), ("10.0.0.1", 0x0a00_0001), ("255.255.255.255", 0xffff_ffff),
      ("127.0.0.1", 0x7f00_0001),
    ] as [(String, UInt32)])
  func v4Text(text: String, bits: UInt32) {
    #expect(IPAddress(text) == IPAddress(v4: bits))
    #expect(IPAddress(v4: bits).description == text)
  }

  @Test(
    "IPv6 text is canonical",
    arguments: [
      ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:1", "::1"),
      ("2001:DB8::0001", "2001:db8::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("::ffff:1.2.3.4", "::ffff:1.2.3.4"), ("::ffff:0102:0304", "::ffff:1.2.3.4"),
      ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("::1.2.3.4", "::102:304"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
      ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("fe80::", "fe80::"),
      ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
      ("::ffff:0:1", "::ffff:0.0.0.1"), ("::fffe:0:1", "::fffe:0:1"),
      ("0:0:0:0:0:ffff:0:0", "::ffff:0.0.0.0"),
    ])
  func v6Text(text: String, canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == canonical)
    #expect(IPAddress(canonical) == address)
  }

  @Test(
    "what is no address is refused",
    arguments: [
      "", " ", ".", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "01.2.3.4",
      "1.2.3.04", "00.0.0.0", "256.0.0.0", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", "1.2.3.+4",
      "0x1.2.3.4",
      "1.2.3.4/32", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
      "1::2::3", "1:::2", "12345::", "::g", ":1::2", "1::2:", "fe80::1%eth0", "::1.2.3",
      "::1.2.3.256",
      "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "::1.2.3.4:5", "::12345.1.1.1", "1.2.3.4::",
      "::01.2.3.4", "１.2.3.4", "1.2.3.4\u{0}",
      "::ffff:ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555",
    ])
  func refused(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test("bytes of the wire go both ways and only 4 or 16 are taken")
  func networkBytes() throws {
    let v4: [UInt8] = [192, 0, 2, 1]
    #expect(IPAddress(networkBytes: v4)?.description == "192.0.2.1")
    #expect(IPAddress(networkBytes: v4)?.networkBytes == v4)
    let v6: [UInt8] = [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [7]
    #expect(IPAddress(networkBytes: v6)?.description == "2001:db8::7")
    #expect(IPAddress(networkBytes: v6)?.networkBytes == v6)
    for count in [0, 3, 5, 15, 17, 32] {
      #expect(IPAddress(networkBytes: [UInt8](repeating: 1, count: count)) == nil)
    }
  }

  @Test("numbers beyond the family are refused")
  func familyRange() {
    #expect(IPAddress(family: .v4, bits: 0xffff_ffff) == IPAddress(v4: .max))
    #expect(IPAddress(family: .v4, bits: 0x1_0000_0000) == nil)
    #expect(IPAddress(family: .v6, bits: .max) == IPAddress(v6: .max))
    #expect(IPAddress(v4: 7).v4 == 7)
    #expect(IPAddress(v6: 7).v4 == nil)
  }

  @Test("stepping ends at the family's borders")
  func advanced() {
    #expect(IPAddress(v4: 1).advanced(by: 255) == IPAddress(v4: 256))
    #expect(IPAddress(v4: 1).advanced(by: -1) == IPAddress(v4: 0))
    #expect(IPAddress(v4: 0).advanced(by: -1) == nil)
    #expect(IPAddress(v4: .max).advanced(by: 1) == nil)
    #expect(IPAddress(v4: .max).advanced(by: .max) == nil)
    #expect(IPAddress(v4: .max).advanced(by: .min) == nil)
    #expect(IPAddress(v6: .max).advanced(by: 1) == nil)
    #expect(IPAddress(v6: .max).advanced(by: 0) == IPAddress(v6: .max))
    #expect(IPAddress(v6: 0).advanced(by: .min) == nil)
    #expect(IPAddress(v6: 1 << 63).advanced(by: .min) == IPAddress(v6: 0))
  }

  @Test("the distance counts forward within a family")
  func distance() {
    #expect(IPAddress(v4: 5).distance(to: IPAddress(v4: 9)) == 4)
    #expect(IPAddress(v4: 9).distance(to: IPAddress(v4: 5)) == nil)
    #expect(IPAddress(v4: 0).distance(to: IPAddress(v6: 0)) == nil)
    #expect(IPAddress(v6: 0).distance(to: IPAddress(v6: .max)) == .max)
  }

  @Test("IPv4 stands before IPv6, then the number decides")
  func order() {
    #expect(IPAddress(v4: .max) < IPAddress(v6: 0))
    #expect(IPAddress(v4: 9) < IPAddress(v4: 10))
    #expect(IPAddress(v4: 1) != IPAddress(v6: 1))
    #expect(IPFamily.v4 < IPFamily.v6)
    #expect(IPFamily.allCases.map(\.bitWidth) == [32, 128])
  }

  @Test(
    "special addresses are known",
    arguments: [
      ("0.0.0.0", "unspecified"), ("::", "unspecified"), ("127.9.9.9", "loopback"),
      ("::1", "loopback"), ("169.254.1.1", "link-local"), ("fe80::1", "link-local"),
      ("febf::1", "link-local"), ("224.0.0.1", "multicast"), ("239.255.255.255", "multicast"),
      ("ff02::1", "multicast"), ("10.0.0.1", ""), ("fec0::1", ""), ("128.0.0.1", ""),
      ("169.255.0.1", ""), ("240.0.0.1", ""), ("::2", ""), ("::7f00:1", ""),
    ])
  func special(text: String, kind: String) throws {
    let address = try #require(IPAddress(text))
    let kinds = [
      "unspecified": address.isUnspecified, "loopback": address.isLoopback,
      "link-local": address.isLinkLocal, "multicast": address.isMulticast,
    ]
    #expect(kinds.filter(\.value).map(\.key) == (kind.isEmpty ? [] : [kind]))
  }

  @Test("masks are all there is to a prefix length")
  func masks() {
    #expect(IPFamily.v4.mask(prefixLength: 0) == 0)
    #expect(IPFamily.v4.mask(prefixLength: 1) == 0x8000_0000)
    #expect(IPFamily.v4.mask(prefixLength: 32) == 0xffff_ffff)
    #expect(IPFamily.v4.mask(prefixLength: 200) == 0xffff_ffff)
    #expect(IPFamily.v4.mask(prefixLength: -1) == 0)
    #expect(IPFamily.v6.mask(prefixLength: 0) == 0)
    #expect(IPFamily.v6.mask(prefixLength: 1) == 1 << 127)
    #expect(IPFamily.v6.mask(prefixLength: 128) == .max)
    #expect(IPFamily.v6.mask(prefixLength: .max) == .max)
  }
}
