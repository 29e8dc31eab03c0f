// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Netlink
import Testing

@Suite("Links", .needsRoot)
struct LinkTests {
  @Test("a veth pair gets its names, addresses and namespaces in one request")
  func veth() throws {
    try TestNamespace.with { host in
      try TestNamespace.with { pod in
        let socket = try host.routes()
        let outer = try mac("ee:ee:ee:ee:ee:ee")
        let inner = try mac("02:00:00:00:00:05")
        try socket.createVeth(
          LinkSpec(name: "cali.one", mac: outer, mtu: 1410, isUp: true, queues: 2),
          peer: LinkSpec(
            name: "eth0", mac: inner, mtu: 1400, namespace: pod.namespace))
        let inside = try pod.routes()
        let peer = try #require(try inside.link(named: "eth0"))
        #expect(!peer.isUp)
        try inside.changeLink(index: peer.index, LinkChange(isUp: true))
        let near = try #require(try socket.link(named: "cali.one"))
        let far = try #require(try pod.routes().link(named: "eth0"))
        #expect(near.mac == outer)
        #expect(near.mtu == 1410)
        #expect(near.kind == "veth")
        #expect(near.isUp && far.isUp)
        #expect(far.mac == inner)
        #expect(far.mtu == 1400)
        #expect(near.peerIndex == far.index)
        #expect(near.peerNamespaceID != nil)
        #expect(near.operationalState == .up)
        #expect(near.hardwareType == 1)
        #expect(try socket.link(index: near.index) == near)
        #expect(try socket.links().contains(near))
        #expect(try socket.links().first { $0.name == "lo" }?.flags.contains(.loopback) == true)

        try socket.deleteLink(index: near.index)
        #expect(try socket.link(named: "cali.one") == nil)
        #expect(try pod.routes().link(named: "eth0") == nil)
      }
    }
  }

  @Test("the other end of a pair is found, in this namespace and in another")
  func otherEnd() throws {
    try TestNamespace.with { host in
      try TestNamespace.with { pod in
        let socket = try host.routes()
        let inner = try mac("02:00:00:00:00:05")
        try socket.createVeth(
          LinkSpec(name: "far"), peer: LinkSpec(name: "eth0", mac: inner, namespace: pod.namespace))
        try socket.createVeth(LinkSpec(name: "near"), peer: LinkSpec(name: "end", mac: inner))
        for (name, other) in [("far", "eth0"), ("near", "end"), ("end", "near")] {
          let link = try #require(try socket.link(named: name))
          let end = try #require(try socket.other(of: link))
          #expect(end.name == other)
          #expect(end.index == link.peerIndex)
          #expect(end.mac == inner || name == "end")
        }
        let loopback = try #require(try socket.link(named: "lo"))
        #expect(try socket.other(of: loopback) == nil)
        // It has gone meanwhile.
        let gone = try #require(try socket.link(named: "far"))
        try socket.deleteLink(index: gone.index)
        #expect(try socket.other(of: gone) == nil)
        // It is where this namespace cannot look; a link of the same number here is another.
        var hidden = try #require(try socket.link(named: "near"))
        hidden.peerNamespaceID = -1
        #expect(try socket.other(of: hidden) == nil)
      }
    }
  }

  @Test("what is noted about a link is read back, changed and removed")
  func alias() throws {
    try TestNamespace.with { host in
      let socket = try host.routes()
      try socket.createVeth(LinkSpec(name: "first"), peer: LinkSpec(name: "end"))
      let index = try #require(try socket.link(named: "first")).index
      #expect(try socket.link(index: index)?.alias == nil)
      for text in ["web/nginx eth0", "é", String(repeating: "x", count: 255)] {
        try socket.changeLink(index: index, LinkChange(alias: text))
        #expect(try socket.link(index: index)?.alias == text)
        #expect(try socket.links().first { $0.index == index }?.alias == text)
      }
      #expect(throws: NetlinkError.self) {
        try socket.changeLink(
          index: index, LinkChange(alias: String(repeating: "x", count: 256)))
      }
      try socket.changeLink(index: index, LinkChange(alias: ""))
      #expect(try socket.link(index: index)?.alias == nil)
    }
  }

  @Test("routing rules of a source are added, listed and deleted, in both families")
  func rules() throws {
    try TestNamespace.with { host in
      let socket = try host.routes()
      let before = try socket.rules()
      for text in ["10.65.0.1/32", "fd00::/64"] {
        for table in [UInt32(100), 0xca11_0007] {
          let source = try #require(CIDR(text))
          let rule = RoutingRule(from: source, lookUp: table, priority: 32_000)
          try socket.add(rule)
          #expect(try socket.rules(family: source.family).contains(rule))
          let error = #expect(throws: NetlinkError.self) { try socket.add(rule) }
          #expect(error?.isAlreadyThere == true)
          var other = rule
          other.table = 101
          let missing = #expect(throws: NetlinkError.self) { try socket.delete(other) }
          #expect(missing?.isNotFound == true)
          try socket.delete(rule)
          #expect(try socket.rules() == before)
        }
      }
    }
  }

  @Test("a link is renamed, given an MTU and a MAC, joined to a bridge and moved")
  func change() throws {
    try TestNamespace.with { host in
      try TestNamespace.with { other in
        let socket = try host.routes()
        try socket.createVeth(LinkSpec(name: "first"), peer: LinkSpec(name: "end"))
        try socket.createLink(kind: "bridge", LinkSpec(name: "br0"))
        let index = try #require(try socket.link(named: "first")).index
        let bridge = try #require(try socket.link(named: "br0"))
        #expect(bridge.kind == "bridge")
        let outer = try mac("02:11:22:33:44:55")
        try socket.changeLink(
          index: index,
          LinkChange(isUp: true, mac: outer, mtu: 1280, name: "second", masterIndex: bridge.index))
        let link = try #require(try socket.link(index: index))
        #expect(link.name == "second")
        #expect(link.mac == outer)
        #expect(link.mtu == 1280)
        #expect(link.isUp)
        #expect(link.masterIndex == bridge.index)

        try socket.changeLink(index: index, LinkChange(isUp: false, masterIndex: 0))
        #expect(try socket.link(index: index)?.isUp == false)
        #expect(try socket.link(index: index)?.masterIndex == nil)
        try socket.changeLink(
          index: index, LinkChange(name: "third", namespace: other.namespace))
        #expect(try socket.link(named: "second") == nil)
        #expect(try other.routes().link(named: "third")?.mac == outer)
      }
    }
  }

  @Test("an error says what was attempted and what the kernel said")
  func errors() throws {
    try TestNamespace.with { host in
      let socket = try host.routes()
      _ = try host.device("d0")
      #expect {
        try socket.createLink(kind: "bridge", LinkSpec(name: "d0"))
      } throws: { error in
        (error as? NetlinkError)?.isAlreadyThere == true
          && "\(error)".hasPrefix("create bridge link d0: File exists")
      }
      #expect {
        try socket.createLink(kind: "no such kind", LinkSpec(name: "d1"))
      } throws: { error in
        (error as? NetlinkError)?.reason
          == .refused(code: EOPNOTSUPP, message: "Unknown device type")
      }
      #expect {
        try socket.deleteLink(index: 12_345)
      } throws: { ($0 as? NetlinkError)?.isNotFound == true }
      #expect {
        try socket.createLink(kind: "bridge", LinkSpec(name: "a name longer than fifteen"))
      } throws: { ($0 as? NetlinkError)?.code == ERANGE }
      #expect {
        try socket.createVeth(LinkSpec(name: "v0"), peer: LinkSpec(name: "v1", isUp: true))
      } throws: { ($0 as? NetlinkError)?.code == EINVAL }
    }
  }

  @Test("a thousand links are listed")
  func many() throws {
    try TestNamespace.with { host in
      let socket = try host.routes()
      for number in 0..<500 {
        try socket.createVeth(LinkSpec(name: "a\(number)"), peer: LinkSpec(name: "b\(number)"))
      }
      let names = Set(try socket.links().map(\.name))
      for number in 0..<500 {
        #expect(names.contains("a\(number)") && names.contains("b\(number)"))
      }
    }
  }
}
