// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// What a new interface is to be like. What is `nil` the kernel chooses.
public struct LinkSpec: Sendable {
  /// 1 to 15 bytes.
  public var name: String
  public var mac: MACAddress?
  public var mtu: UInt32?
  public var isUp: Bool
  /// Number of transmit and of receive queues.
  public var queues: UInt32?
  /// Where it is created, when that is not the socket's own namespace.
  public var namespace: NetworkNamespace?

  public init(
    name: String, mac: MACAddress? = nil, mtu: UInt32? = nil, isUp: Bool = false,
    queues: UInt32? = nil, namespace: NetworkNamespace? = nil
  ) {
    self.name = name
    self.mac = mac
    self.mtu = mtu
    self.isUp = isUp
    self.queues = queues
    self.namespace = namespace
  }

  /// The interface header and the attributes.
  func encode(into writer: inout NetlinkWriter) {
    writer.appendLinkHeader(index: 0, flags: isUp ? .up : [], change: isUp ? .up : [])
    writer.put(Link.Attribute.name, string: name)
    if let mac { writer.put(Link.Attribute.address, bytes: mac.octets) }
    if let mtu { writer.put(Link.Attribute.mtu, mtu) }
    if let queues {
      writer.put(Link.Attribute.transmitQueues, queues)
      writer.put(Link.Attribute.receiveQueues, queues)
    }
    if let namespace {
      writer.put(Link.Attribute.namespaceDescriptor, namespace.fileDescriptor)
    }
  }
}

/// What is to change of an interface, all in one request. What is `nil` stays.
public struct LinkChange: Sendable {
  public var isUp: Bool?
  public var mac: MACAddress?
  public var mtu: UInt32?
  /// The new name, 1 to 15 bytes. Many kernels rename only what is down.
  public var name: String?
  /// What to note about it, at most 255 bytes; an empty text removes what is noted.
  public var alias: String?
  /// The index of the bridge or VRF to join; 0 leaves.
  public var masterIndex: UInt32?
  /// Where it is moved to. It arrives down and without addresses; the index may change.
  public var namespace: NetworkNamespace?

  public init(
    isUp: Bool? = nil, mac: MACAddress? = nil, mtu: UInt32? = nil, name: String? = nil,
    alias: String? = nil, masterIndex: UInt32? = nil, namespace: NetworkNamespace? = nil
  ) {
    self.isUp = isUp
    self.mac = mac
    self.mtu = mtu
    self.name = name
    self.alias = alias
    self.masterIndex = masterIndex
    self.namespace = namespace
  }
}

extension NetlinkWriter {
  /// `struct ifinfomsg` of linux/rtnetlink.h.
  mutating func appendLinkHeader(
    index: UInt32, flags: Link.Flags = [], change: Link.Flags = []
  ) {
    append(UInt32(0))  // Family, padding, hardware type.
    append(index)
    append(flags.rawValue)
    append(change.rawValue)
  }
}
