// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Testing

@Suite("CIDRs")
struct CIDRTests {
  @Test(
    "text is masked and written canonically",
    arguments: [
      ("10.1.2.3/8", "10.0.0.0/8"), ("10.1.2.3", "10.1.2.3/32"), ("0.0.0.0/0", "0.0.0.0/0"),
      ("255.255.255.255/0", "0.0.0.0/0"), ("192.0.2.255/31", "192.0.2.254/31"),
      ("fd00::1/64", "fd00::/64"), ("fd00::1", "fd00::1/128"), ("::/0", "::/0"),
      ("ffff::/0", "::/0"),
      ("FD00:0::1/128", "fd00::1/128"), ("::ffff:1.2.3.4/96", "::ffff:0.0.0.0/96"),
    ])
  func text(text: String, canonical: String) throws {
    let cidr = try #require(CIDR(text))
    #expect(cidr.description == canonical)
    #expect(CIDR(canonical) == cidr)
  }

  @Test(
    "what is no CIDR is refused",
    arguments: [
      "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
      "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0/8 ", "10/8", "::/129", "::/1000",
      "::/99999999999999999999", "10.0.0.0/255.0.0.0", "fe80::1%eth0/64",
      "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/1288",
    ])
  func refused(text: String) {
    #expect(CIDR(text) == nil)
    #expect(InterfaceAddress(text) == nil)
  }

  @Test("lengths outside the family are refused")
  func lengths() {
    for length in [-1, 33, 128, .max, .min] {
      #expect(CIDR(IPAddress(v4: 1), prefixLength: length) == nil)
      #expect(InterfaceAddress(IPAddress(v4: 1), prefixLength: length) == nil)
    }
    #expect(CIDR(IPAddress(v6: 1), prefixLength: 129) == nil)
    #expect(CIDR(IPAddress(v6: 1), prefixLength: 128)?.isHost == true)
  }

  @Test(
    "ends, count and mask",
    arguments: [
      ("10.0.0.0/24", "10.0.0.0", "10.0.0.255", 256, "255.255.255.0"),
      ("10.0.0.7/32", "10.0.0.7", "10.0.0.7", 1, "255.255.255.255"),
      ("0.0.0.0/0", "0.0.0.0", "255.255.255.255", 1 << 32, "0.0.0.0"),
      ("fd00::/64", "fd00::", "fd00::ffff:ffff:ffff:ffff", 1 << 64, "ffff:ffff:ffff:ffff::"),
      ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .max, "::"),
    ] as [(String, String, String, UInt128, String)])
  func ends(text: String, first: String, last: String, count: UInt128, mask: String) throws {
    let cidr = try #require(CIDR(text))
    #expect(cidr.first.description == first)
    #expect(cidr.last.description == last)
    #expect(cidr.count == count)
    #expect(cidr.netmask.description == mask)
    #expect(AddressRange(cidr).count == count)
    #expect(AddressRange(cidr).cidrs == [cidr])
  }

  @Test("the families never meet")
  func families() {
    let (v4, v6) = (CIDR.everything(.v4), CIDR.everything(.v6))
    #expect(!v4.contains(v6) && !v6.contains(v4) && !v4.overlaps(v6))
    #expect(!v6.contains(IPAddress(v4: 1)))
    #expect(v4.subtracting(v6) == [v4])
    #expect(v4 < v6)
  }

  @Test("the order puts a CIDR before those inside it")
  func order() throws {
    let texts = ["::/0", "10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "9.0.0.0/32", "0.0.0.0/0"]
    let sorted = texts.compactMap { CIDR($0) }.sorted()
    #expect(
      sorted.map(\.description) == [
        "0.0.0.0/0", "9.0.0.0/32", "10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "::/0",
      ])
  }

  @Test("subtracting leaves the fewest CIDRs in order")
  func subtracting() throws {
    let cidr = try #require(CIDR("10.0.0.0/24"))
    let hole = try #require(CIDR("10.0.0.65"))
    #expect(
      cidr.subtracting(hole).map(\.description) == [
        "10.0.0.0/26", "10.0.0.64/32", "10.0.0.66/31", "10.0.0.68/30", "10.0.0.72/29",
        "10.0.0.80/28", "10.0.0.96/27", "10.0.0.128/25",
      ])
    #expect(CIDR.everything(.v6).subtracting(CIDR(host: IPAddress(v6: .max))).count == 128)
    #expect(hole.subtracting(cidr).isEmpty)
  }

  @Test("parent and sibling stop at /0")
  func relatives() throws {
    let cidr = try #require(CIDR("10.0.0.128/25"))
    #expect(cidr.parent?.description == "10.0.0.0/24")
    #expect(cidr.sibling?.description == "10.0.0.0/25")
    #expect(CIDR.everything(.v4).parent == nil)
    #expect(CIDR.everything(.v6).sibling == nil)
    #expect(CIDR("128.0.0.0/1")?.parent == .everything(.v4))
    #expect(CIDR("128.0.0.0/1")?.sibling?.description == "0.0.0.0/1")
  }

  @Test("subnets are counted and found by index, up to the greatest depth")
  func subnets() throws {
    let cidr = try #require(CIDR("10.0.0.0/24"))
    let blocks = cidr.subnets(ofPrefixLength: 26)
    #expect(
      blocks.map(\.description) == [
        "10.0.0.0/26", "10.0.0.64/26", "10.0.0.128/26", "10.0.0.192/26",
      ])
    #expect(cidr.subnets(ofPrefixLength: 24).map(\.self) == [cidr])
    #expect(cidr.subnets(ofPrefixLength: 23).isEmpty)
    #expect(cidr.subnets(ofPrefixLength: 33).isEmpty)
    #expect(cidr.subnets(ofPrefixLength: .max).isEmpty)
    #expect(cidr.subnets(ofPrefixLength: .min).isEmpty)
    let whole = CIDR.everything(.v6)
    #expect(whole.subnets(ofPrefixLength: 0).map(\.self) == [whole])
    #expect(whole.subnets(ofPrefixLength: 62).count == 1 << 62)
    #expect(whole.subnets(ofPrefixLength: 62).last?.description == "ffff:ffff:ffff:fffc::/62")
    #expect(whole.subnets(ofPrefixLength: 63).count == .max)
    #expect(whole.subnets(ofPrefixLength: 128).count == .max)
    #expect(whole.subnets(ofPrefixLength: 1).last?.description == "8000::/1")
  }

  @Test("addresses are walked in order")
  func addresses() throws {
    let cidr = try #require(CIDR("255.255.255.252/30"))
    #expect(
      cidr.addresses.map(\.description) == [
        "255.255.255.252", "255.255.255.253", "255.255.255.254", "255.255.255.255",
      ])
    #expect(CIDR.everything(.v4).addresses.count == 1 << 32)
    #expect(CIDR.everything(.v4).addresses[1 << 31].description == "128.0.0.0")
  }

  @Test("an interface address keeps its host bits")
  func interfaceAddress() throws {
    let address = try #require(InterfaceAddress("10.0.0.5/24"))
    #expect(address.address.description == "10.0.0.5")
    #expect(address.prefixLength == 24)
    #expect(address.network.description == "10.0.0.0/24")
    #expect(address.description == "10.0.0.5/24")
    #expect(InterfaceAddress("fd00::5")?.description == "fd00::5/128")
    #expect(InterfaceAddress("fd00::5/0")?.network == .everything(.v6))
    let longest = "1111:2222:3333:4444:5555:6666:7777:8888/128"
    #expect(InterfaceAddress(longest)?.description == longest)
    #expect(InterfaceAddress(address.address, prefixLength: 24) == address)
    let list = ["10.0.0.5/25", "10.0.0.5/24", "10.0.0.4/30"].compactMap { InterfaceAddress($0) }
    #expect(list.sorted().map(\.description) == ["10.0.0.4/30", "10.0.0.5/24", "10.0.0.5/25"])
  }
}
