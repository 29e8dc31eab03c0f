// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// An entry of the table of neighbours (ARP, NDP), or an address that is answered for on an
/// interface (a proxy entry).
public struct Neighbour: Hashable, Sendable {
  public var linkIndex: UInt32
  public var address: IPAddress
  public var mac: MACAddress?
  public var state: State
  /// We answer for the address on this interface; there is no `mac`.
  public var isProxy: Bool

  public init(
    linkIndex: UInt32, address: IPAddress, mac: MACAddress?, state: State = .permanent
  ) {
    self.linkIndex = linkIndex
    self.address = address
    self.mac = mac
    self.state = state
    isProxy = false
  }

  /// An address to answer for.
  public static func proxy(_ address: IPAddress, linkIndex: UInt32) -> Neighbour {
    var entry = Neighbour(linkIndex: linkIndex, address: address, mac: nil, state: [])
    entry.isProxy = true
    return entry
  }

  /// `NUD_*` of linux/neighbour.h.
  public struct State: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static let incomplete = State(rawValue: 0x01)
    public static let reachable = State(rawValue: 0x02)
    public static let stale = State(rawValue: 0x04)
    public static let delay = State(rawValue: 0x08)
    public static let probe = State(rawValue: 0x10)
    public static let failed = State(rawValue: 0x20)
    /// Needs no resolution (multicast, loopback).
    public static let noARP = State(rawValue: 0x40)
    public static let permanent = State(rawValue: 0x80)
  }
}

extension Neighbour {
  private static let proxyFlag: UInt8 = 8
  private static let destinationAttribute: UInt16 = 1
  private static let macAttribute: UInt16 = 2
  static let linkAttribute: UInt16 = 8

  init?(_ payload: NetlinkReader) {
    guard let rawFamily: UInt8 = payload.load(0), let family = IPFamily(addressFamily: rawFamily),
      let index: UInt32 = payload.load(4), let state: UInt16 = payload.load(8),
      let flags: UInt8 = payload.load(10), payload.count >= 12
    else { return nil }
    let attributes = payload.dropping(12)
    guard let address = attributes.attribute(Self.destinationAttribute)?.address,
      address.family == family
    else { return nil }
    self.init(
      linkIndex: index, address: address,
      mac: attributes.attribute(Self.macAttribute).flatMap { MACAddress(octets: $0.bytes) },
      state: State(rawValue: state))
    isProxy = flags & Self.proxyFlag != 0
    if isProxy { self.state = [] }
  }

  func encode(into writer: inout NetlinkWriter) {
    Self.header(
      into: &writer, family: address.family, linkIndex: linkIndex,
      state: isProxy ? .permanent : state, proxy: isProxy)
    writer.put(Self.destinationAttribute, bytes: address.networkBytes)
    if let mac { writer.put(Self.macAttribute, bytes: mac.octets) }
  }

  static func header(
    into writer: inout NetlinkWriter, family: IPFamily?, linkIndex: UInt32 = 0, state: State = [],
    proxy: Bool
  ) {
    writer.append(family?.addressFamily ?? 0)
    writer.append(UInt8(0))
    writer.append(UInt16(0))
    writer.append(linkIndex)
    writer.append(state.rawValue)
    writer.append(proxy ? Self.proxyFlag : 0)
    writer.append(UInt8(0))
  }
}

extension RouteSocket {
  /// The neighbours, or with `proxies` the addresses answered for, of one family or both, of one
  /// interface or all.
  public func neighbours(
    family: IPFamily? = nil, linkIndex: UInt32? = nil, proxies: Bool = false
  ) throws(NetlinkError) -> [Neighbour] {
    let messages = try client.dump(type: RouteMessage.getNeighbour, "list neighbours") { writer in
      Neighbour.header(into: &writer, family: family, proxy: proxies)
      if let linkIndex { writer.put(Neighbour.linkAttribute, linkIndex) }
    }
    return messages.compactMap { message in
      guard message.type == RouteMessage.newNeighbour, let entry = Neighbour(message.payload),
        entry.isProxy == proxies, linkIndex == nil || entry.linkIndex == linkIndex,
        family == nil || entry.address.family == family
      else { return nil }
      return entry
    }
  }

  /// Adds an entry; one that is there already is an error (`isAlreadyThere`).
  public func add(_ neighbour: Neighbour) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.newNeighbour, flags: [.create, .exclusive],
      "add neighbour \(neighbour.address) on link \(neighbour.linkIndex)"
    ) { neighbour.encode(into: &$0) }
  }

  /// Adds an entry or changes the one of the same address and interface.
  public func replace(_ neighbour: Neighbour) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.newNeighbour, flags: [.create, .replace],
      "replace neighbour \(neighbour.address) on link \(neighbour.linkIndex)"
    ) { neighbour.encode(into: &$0) }
  }

  /// Deletes an entry.
  public func delete(_ neighbour: Neighbour) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.deleteNeighbour,
      "delete neighbour \(neighbour.address) on link \(neighbour.linkIndex)"
    ) { neighbour.encode(into: &$0) }
  }
}
