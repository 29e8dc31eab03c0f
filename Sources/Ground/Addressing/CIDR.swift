// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A range of addresses that share a prefix; the address is always masked.
///
/// Ordered by address, then by prefix length, so that a CIDR stands before those inside it.
public struct CIDR: Hashable, Comparable, Sendable {
  /// The first address: all bits beyond the prefix are zero.
  public let address: IPAddress
  /// 0...32 or 0...128.
  public let prefixLength: Int

  /// Masks the address; nil if the length is outside 0...32 or 0...128.
  public init?(_ address: IPAddress, prefixLength: Int) {
    guard 0...address.family.bitWidth ~= prefixLength else { return nil }
    self.init(unchecked: address, prefixLength)
  }

  /// Masks the address; the caller knows the length to be in range.
  @inlinable init(unchecked address: IPAddress, _ prefixLength: Int) {
    let mask = address.family.mask(prefixLength: prefixLength)
    self.address = IPAddress(unchecked: address.family, address.bits & mask)
    self.prefixLength = prefixLength
  }

  /// The /32 or /128 of one address.
  public init(host: IPAddress) {
    address = host
    prefixLength = host.family.bitWidth
  }

  /// 0.0.0.0/0 or ::/0
  public static func everything(_ family: IPFamily) -> CIDR {
    CIDR(unchecked: IPAddress(unchecked: family, 0), 0)
  }

  public var family: IPFamily { address.family }
  public var first: IPAddress { address }
  public var last: IPAddress { IPAddress(unchecked: family, address.bits | hostMask) }
  /// Whether it holds one address only.
  public var isHost: Bool { prefixLength == family.bitWidth }
  /// The number of addresses; ::/0 has one more than this says.
  public var count: UInt128 { hostMask == .max ? .max : hostMask + 1 }
  /// The mask as an address, such as 255.255.255.0.
  public var netmask: IPAddress { IPAddress(unchecked: family, mask) }

  var mask: UInt128 { family.mask(prefixLength: prefixLength) }
  var hostMask: UInt128 { family.allOnes ^ mask }

  public func contains(_ other: IPAddress) -> Bool {
    other.family == family && other.bits & mask == address.bits
  }

  /// Whether all of `other` is in this CIDR; true for itself.
  public func contains(_ other: CIDR) -> Bool {
    prefixLength <= other.prefixLength && contains(other.address)
  }

  public func overlaps(_ other: CIDR) -> Bool {
    contains(other) || other.contains(self)
  }

  /// The CIDR with a prefix one bit shorter; nil for /0.
  public var parent: CIDR? {
    prefixLength == 0 ? nil : CIDR(unchecked: address, prefixLength - 1)
  }

  /// The other half of the parent; nil for /0.
  public var sibling: CIDR? {
    guard prefixLength > 0 else { return nil }
    let bit = UInt128(1) &<< UInt128(family.bitWidth - prefixLength)
    return CIDR(unchecked: IPAddress(unchecked: family, address.bits ^ bit), prefixLength)
  }

  /// What is left of this CIDR without `other`: the fewest CIDRs, in order.
  public func subtracting(_ other: CIDR) -> [CIDR] {
    if other.contains(self) { return [] }
    guard contains(other) else { return [self] }
    // Each step from `other` up to this CIDR leaves the half that `other` is not in.
    var rest: [CIDR] = []
    rest.reserveCapacity(other.prefixLength - prefixLength)
    var inner = other
    while inner.prefixLength > prefixLength, let sibling = inner.sibling, let parent = inner.parent
    {
      rest.append(sibling)
      inner = parent
    }
    return rest.sorted()
  }

  /// The CIDRs of the given length inside this one, in order, made as they are asked for. Empty
  /// if the length is shorter than this one's or longer than the family allows.
  public func subnets(ofPrefixLength length: Int) -> Subnets {
    Subnets(of: self, prefixLength: length)
  }

  /// The addresses in order, made as they are asked for; bounded like `subnets`.
  public var addresses: LazyMapCollection<Subnets, IPAddress> {
    subnets(ofPrefixLength: family.bitWidth).lazy.map(\.address)
  }

  public static func < (a: CIDR, b: CIDR) -> Bool {
    a.address == b.address ? a.prefixLength < b.prefixLength : a.address < b.address
  }
}
