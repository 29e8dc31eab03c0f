// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Testing

@Suite("Sets of CIDRs")
struct CIDRSetTests {
  private func cidrs(_ texts: String...) -> [CIDR] { texts.compactMap { CIDR($0) } }

  @Test("neighbours merge, and both families live side by side")
  func merging() {
    let set = CIDRSet(cidrs("10.0.1.0/24", "fd00::/65", "10.0.0.0/24", "fd00:0:0:0:8000::/65"))
    #expect(set.description == "10.0.0.0/23,fd00::/64")
    #expect(set.ranges.count == 2)
  }

  @Test("the end of IPv4 does not merge with the start of IPv6")
  func familyBorder() {
    var set = CIDRSet(cidrs("255.255.255.255", "::"))
    #expect(set.ranges.count == 2)
    set.insert(.everything(.v4))
    #expect(set.description == "0.0.0.0/0,::/128")
    set.insert(.everything(.v6))
    #expect(set.description == "0.0.0.0/0,::/0")
    set.subtract(.everything(.v4))
    #expect(set.description == "::/0")
    #expect(!set.contains(IPAddress(v4: 1)))
    set.subtract(CIDR(host: IPAddress(v6: .max)))
    #expect(set.ranges.first?.last == IPAddress(v6: .max - 1))
    #expect(set.cidrs.count == 128)
  }

  @Test("a hole splits a range")
  func hole() {
    var set = CIDRSet(cidrs("10.0.0.0/30"))
    for cidr in cidrs("10.0.0.1") { set.subtract(cidr) }
    #expect(set.description == "10.0.0.0/32,10.0.0.2/31")
    #expect(CIDRSet(cidrs("10.0.0.2/31", "10.0.0.0")) == set)
  }

  @Test("the empty set holds nothing")
  func empty() {
    let set = CIDRSet()
    #expect(set.isEmpty && set.cidrs.isEmpty && set.description.isEmpty)
    #expect(!set.contains(IPAddress(v4: 0)) && !set.overlaps(.everything(.v6)))
    #expect(set.union(set) == set && set.subtracting(set) == set)
  }

  @Test("a range needs one family and its ends in order")
  func range() {
    #expect(AddressRange(first: IPAddress(v4: 2), last: IPAddress(v4: 1)) == nil)
    #expect(AddressRange(first: IPAddress(v4: 2), last: IPAddress(v6: 3)) == nil)
    let range = AddressRange(first: IPAddress(v4: 1), last: IPAddress(v4: 6))
    #expect(range?.description == "0.0.0.1-0.0.0.6")
    #expect(range?.count == 6)
    #expect(
      range?.cidrs.map(\.description) == ["0.0.0.1/32", "0.0.0.2/31", "0.0.0.4/31", "0.0.0.6/32"])
    let widest = AddressRange(first: IPAddress(v6: 1), last: IPAddress(v6: .max - 1))
    #expect(widest?.cidrs.count == 254)
    #expect(widest?.count == UInt128.max - 1)
  }
}
