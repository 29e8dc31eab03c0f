// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// Who talks to whom, in one direction of a connection.
public struct ConntrackTuple: Hashable, Sendable {
  public var source: IPAddress
  public var destination: IPAddress
  public var proto: IPProtocol
  /// Of protocols that have ports.
  public var sourcePort: UInt16?
  public var destinationPort: UInt16?

  public init(
    source: IPAddress, destination: IPAddress, proto: IPProtocol, sourcePort: UInt16? = nil,
    destinationPort: UInt16? = nil
  ) {
    self.source = source
    self.destination = destination
    self.proto = proto
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
  }
}

/// A connection that the kernel tracks.
public struct ConntrackEntry: Hashable, Sendable {
  /// As its first packet was before any rewriting.
  public var original: ConntrackTuple
  /// As the answers are; differs from the reverse of `original` by what NAT rewrites.
  public var reply: ConntrackTuple
  /// `IPS_*` of linux/netfilter/nf_conntrack_common.h.
  public var status: UInt32
  public var mark: UInt32
  /// Conntrack zone; 0 is the usual one.
  public var zone: UInt16
  /// The kernel's number of the entry.
  public var id: UInt32?

  public var family: IPFamily { original.source.family }

  /// Whether an address is an end of it, in either direction.
  public func involves(_ address: IPAddress) -> Bool {
    original.source == address || original.destination == address || reply.source == address
      || reply.destination == address
  }
}

extension ConntrackTuple {
  /// From `CTA_TUPLE_*`.
  init?(_ reader: NetlinkReader) {
    guard let ends = reader.attribute(1), let proto = reader.attribute(2) else { return nil }
    var from: IPAddress?
    var to: IPAddress?
    for attribute in ends.attributes {
      switch attribute.type {
      case 1, 3: from = attribute.value.address
      case 2, 4: to = attribute.value.address
      default: break
      }
    }
    guard let source = from, let destination = to, source.family == destination.family,
      let number: UInt8 = proto.attribute(1)?.load()
    else { return nil }
    self.init(
      source: source, destination: destination, proto: IPProtocol(rawValue: number),
      sourcePort: proto.attribute(2)?.loadBigEndian(),
      destinationPort: proto.attribute(3)?.loadBigEndian())
  }
}

extension ConntrackEntry {
  /// From a message of the type `IPCTNL_MSG_CT_NEW`.
  init?(_ payload: NetlinkReader) {
    let attributes = payload.dropping(4)
    guard let first = attributes.attribute(1).flatMap({ ConntrackTuple($0) }),
      let answer = attributes.attribute(2).flatMap({ ConntrackTuple($0) })
    else { return nil }
    original = first
    reply = answer
    status = attributes.attribute(3)?.loadBigEndian() ?? 0
    mark = attributes.attribute(8)?.loadBigEndian() ?? 0
    zone = attributes.attribute(18)?.loadBigEndian() ?? 0
    id = attributes.attribute(12)?.loadBigEndian()
  }
}
