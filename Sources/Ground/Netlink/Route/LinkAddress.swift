// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// An address of an interface.
public struct LinkAddress: Hashable, Sendable {
  public var linkIndex: UInt32
  public var address: InterfaceAddress
  /// The other end's address on a point-to-point link.
  public var peer: IPAddress?
  public var scope: RouteScope
  public var flags: Flags

  public init(
    linkIndex: UInt32, address: InterfaceAddress, peer: IPAddress? = nil,
    scope: RouteScope = .universe, flags: Flags = []
  ) {
    self.linkIndex = linkIndex
    self.address = address
    self.peer = peer
    self.scope = scope
    self.flags = flags
  }

  /// `IFA_F_*` of linux/if_addr.h. The kernel adds some: `permanent` for what has no lifetime.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let secondary = Flags(rawValue: 0x1)
    /// No duplicate address detection (IPv6): usable at once.
    public static let noDuplicateDetection = Flags(rawValue: 0x2)
    public static let duplicateDetected = Flags(rawValue: 0x8)
    public static let deprecated = Flags(rawValue: 0x20)
    /// Duplicate address detection is not over (IPv6).
    public static let tentative = Flags(rawValue: 0x40)
    public static let permanent = Flags(rawValue: 0x80)
    /// No route to the address's network is made.
    public static let noPrefixRoute = Flags(rawValue: 0x200)
  }
}

extension LinkAddress {
  private enum Attribute {
    static let address: UInt16 = 1
    static let local: UInt16 = 2
    static let flags: UInt16 = 8
  }

  init?(_ payload: NetlinkReader) {
    guard let rawFamily: UInt8 = payload.load(0), let family = IPFamily(addressFamily: rawFamily),
      let length: UInt8 = payload.load(1), let shortFlags: UInt8 = payload.load(2),
      let scope: UInt8 = payload.load(3), let index: UInt32 = payload.load(4)
    else { return nil }
    var near: IPAddress?
    var far: IPAddress?
    var flags = UInt32(shortFlags)
    for attribute in payload.dropping(8).attributes {
      switch attribute.type {
      case Attribute.address: far = attribute.value.address
      case Attribute.local: near = attribute.value.address
      case Attribute.flags: flags = attribute.value.load() ?? flags
      default: break
      }
    }
    // Without a "local" attribute there is no other end (IPv6).
    guard let own = near ?? far, own.family == family,
      let address = InterfaceAddress(own, prefixLength: Int(length))
    else { return nil }
    self.init(
      linkIndex: index, address: address, peer: far == own ? nil : far,
      scope: RouteScope(rawValue: scope), flags: Flags(rawValue: flags))
  }

  func encode(into writer: inout NetlinkWriter) {
    writer.append(address.family.addressFamily)
    writer.append(UInt8(clamping: address.prefixLength))
    writer.append(UInt8(0))
    writer.append(scope.rawValue)
    writer.append(linkIndex)
    writer.put(Attribute.local, bytes: address.address.networkBytes)
    writer.put(Attribute.address, bytes: (peer ?? address.address).networkBytes)
    if !flags.isEmpty { writer.put(Attribute.flags, flags.rawValue) }
  }
}

extension RouteSocket {
  /// The addresses of one family or both, of one interface or all.
  public func addresses(
    family: IPFamily? = nil, linkIndex: UInt32? = nil
  ) throws(NetlinkError) -> [LinkAddress] {
    let messages: [NetlinkMessage]
    do throws(NetlinkError) {
      messages = try client.dump(type: RouteMessage.getAddress, "list addresses") { writer in
        writer.append(family?.addressFamily ?? 0)
        writer.append(UInt8(0))
        writer.append(UInt16(0))
        writer.append(linkIndex ?? 0)
      }
    } catch {
      if linkIndex != nil, error.isNotFound { return [] }
      throw error
    }
    return messages.compactMap { message in
      guard message.type == RouteMessage.newAddress, let address = LinkAddress(message.payload),
        linkIndex == nil || address.linkIndex == linkIndex,
        family == nil || address.address.family == family
      else { return nil }
      return address
    }
  }

  /// Adds an address; one that is there already is an error (`isAlreadyThere`).
  public func add(_ address: LinkAddress) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.newAddress, flags: [.create, .exclusive],
      "add address \(address.address) to link \(address.linkIndex)"
    ) { address.encode(into: &$0) }
  }

  /// Deletes an address.
  public func delete(_ address: LinkAddress) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.deleteAddress,
      "delete address \(address.address) of link \(address.linkIndex)"
    ) { address.encode(into: &$0) }
  }
}
