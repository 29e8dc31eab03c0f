// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc

extension RouteSocket {
  /// Leave the traffic counters out of the answer (`RTEXT_FILTER_SKIP_STATS`).
  private static let skipStatistics: UInt32 = 8

  /// Every interface of the namespace.
  public func links() throws(NetlinkError) -> [Link] {
    let messages = try client.dump(type: RouteMessage.getLink, "list links") { writer in
      writer.appendLinkHeader(index: 0)
      writer.put(Link.Attribute.extendedMask, Self.skipStatistics)
    }
    return messages.compactMap { $0.type == RouteMessage.newLink ? Link($0.payload) : nil }
  }

  /// The interface of this name, or `nil` when there is none.
  public func link(named name: String) throws(NetlinkError) -> Link? {
    try link("get link \(name)") { writer in
      writer.appendLinkHeader(index: 0)
      writer.put(Link.Attribute.extendedMask, Self.skipStatistics)
      writer.put(Link.Attribute.name, string: name)
    }
  }

  /// The interface of this index, or `nil` when there is none.
  public func link(index: UInt32) throws(NetlinkError) -> Link? {
    try link("get link \(index)") { writer in
      writer.appendLinkHeader(index: index)
      writer.put(Link.Attribute.extendedMask, Self.skipStatistics)
    }
  }

  /// The other end of a veth, or the device below another, also in another namespace; `nil` when there
  /// is none, or none that we may see.
  public func other(of link: Link) throws(NetlinkError) -> Link? {
    guard let index = link.peerIndex else { return nil }
    guard let namespace = link.peerNamespaceID else { return try self.link(index: index) }
    // There is no such namespace, or the kernel is older than 4.17.
    guard namespace >= 0 else { return nil }
    return try self.link("get the other end of \(link.name)") { writer in
      writer.appendLinkHeader(index: index)
      writer.put(Link.Attribute.extendedMask, Self.skipStatistics)
      writer.put(Link.Attribute.targetNamespaceID, UInt32(bitPattern: namespace))
    }
  }

  private func link(
    _ operation: String, _ body: (inout NetlinkWriter) -> Void
  ) throws(NetlinkError) -> Link? {
    do throws(NetlinkError) {
      let answers = try client.request(type: RouteMessage.getLink, operation, body)
      for answer in answers where answer.type == RouteMessage.newLink {
        if let link = Link(answer.payload) { return link }
      }
      throw NetlinkError(operation, .malformed("no link in it"))
    } catch {
      if error.code == ENODEV { return nil }
      throw error
    }
  }

  /// Creates a pair of veth interfaces, either end in whatever namespace its description names.
  ///
  /// The kernel cannot bring the peer up in the same request; asking for that is an error.
  public func createVeth(_ end: LinkSpec, peer: LinkSpec) throws(NetlinkError) {
    if peer.isUp {
      throw NetlinkError(
        "create veth link \(end.name)",
        .invalid("the peer \(peer.name) cannot be up before the pair is there"))
    }
    try createLink(kind: "veth", end) { writer in
      writer.nested(Link.Attribute.vethPeer) { writer in peer.encode(into: &writer) }
    }
  }

  /// Creates an interface of any kind; `data` writes the attributes that are the kind's own.
  public func createLink(
    kind: String, _ spec: LinkSpec, data: ((inout NetlinkWriter) -> Void)? = nil
  ) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.newLink, flags: [.create, .exclusive],
      "create \(kind) link \(spec.name)"
    ) { writer in
      spec.encode(into: &writer)
      writer.nested(Link.Attribute.info) { writer in
        writer.put(Link.Attribute.infoKind, string: kind)
        if let data { writer.nested(Link.Attribute.infoData, data) }
      }
    }
  }

  /// Deletes an interface (of a veth pair, both).
  public func deleteLink(index: UInt32) throws(NetlinkError) {
    try client.request(type: RouteMessage.deleteLink, "delete link \(index)") { writer in
      writer.appendLinkHeader(index: index)
    }
  }

  /// Changes an interface.
  public func changeLink(index: UInt32, _ change: LinkChange) throws(NetlinkError) {
    try client.request(type: RouteMessage.setLink, "change link \(index)") { writer in
      let isUp = change.isUp
      writer.appendLinkHeader(
        index: index, flags: isUp == true ? .up : [], change: isUp == nil ? [] : .up)
      if let mac = change.mac { writer.put(Link.Attribute.address, bytes: mac.octets) }
      if let mtu = change.mtu { writer.put(Link.Attribute.mtu, mtu) }
      if let name = change.name { writer.put(Link.Attribute.name, string: name) }
      if let alias = change.alias { writer.put(Link.Attribute.alias, bytes: Array(alias.utf8)) }
      if let master = change.masterIndex { writer.put(Link.Attribute.master, master) }
      if let namespace = change.namespace {
        writer.put(Link.Attribute.namespaceDescriptor, namespace.fileDescriptor)
      }
    }
  }
}
