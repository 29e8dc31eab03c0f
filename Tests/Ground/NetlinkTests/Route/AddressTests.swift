// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Netlink
import Testing

@Suite("Addresses and neighbours", .needsRoot)
struct AddressTests {
  @Test("addresses of both families are added, listed and deleted")
  func addresses() throws {
    try TestNamespace.with { space in
      let index = try space.device("d0")
      let other = try space.device("d1")
      let socket = try space.routes()
      let four = LinkAddress(
        linkIndex: index, address: try parse("10.1.2.3/24"), scope: .link)
      let six = LinkAddress(
        linkIndex: index, address: try parse("fd00::5/128"),
        flags: .noDuplicateDetection)
      let pointToPoint = LinkAddress(
        linkIndex: other, address: try parse("169.254.1.2/32"),
        peer: try ip("169.254.1.1"))
      for address in [four, six, pointToPoint] { try socket.add(address) }
      #expect { try socket.add(four) } throws: { ($0 as? NetlinkError)?.isAlreadyThere == true }

      var seen = four
      seen.flags = .permanent
      #expect(try socket.addresses(family: .v4, linkIndex: index) == [seen])
      seen = six
      seen.flags = [.permanent, .noDuplicateDetection]
      #expect(try socket.addresses(family: .v6, linkIndex: index).contains(seen))
      seen = pointToPoint
      seen.flags = .permanent
      #expect(try socket.addresses(family: .v4).contains(seen))
      #expect(try socket.addresses(linkIndex: 9999).isEmpty)

      try socket.delete(four)
      #expect(try socket.addresses(family: .v4, linkIndex: index).isEmpty)
      #expect { try socket.delete(four) } throws: { ($0 as? NetlinkError)?.isNotFound == true }
    }
  }

  @Test("neighbours and proxy entries are added, replaced, listed apart and deleted")
  func neighbours() throws {
    try TestNamespace.with { space in
      let index = try space.device("d0")
      let socket = try space.routes()
      let first = try mac("02:00:00:00:00:01")
      let second = try mac("02:00:00:00:00:02")
      for text in ["10.0.0.9", "fd00::9"] {
        let address = try ip(text)
        var entry = Neighbour(linkIndex: index, address: address, mac: first)
        try socket.add(entry)
        #expect { try socket.add(entry) } throws: { ($0 as? NetlinkError)?.isAlreadyThere == true }
        entry.mac = second
        try socket.replace(entry)
        let found = try socket.neighbours(family: address.family, linkIndex: index)
        #expect(found.filter { $0.state == .permanent } == [entry])
        let proxy = Neighbour.proxy(address, linkIndex: index)
        try socket.add(proxy)
        #expect(try socket.neighbours(family: address.family, proxies: true) == [proxy])
        try socket.delete(proxy)
        #expect(try socket.neighbours(family: address.family, proxies: true).isEmpty)
        try socket.delete(entry)
        #expect(
          try socket.neighbours(family: address.family, linkIndex: index)
            .allSatisfy { $0.state != .permanent })
      }
    }
  }
}
