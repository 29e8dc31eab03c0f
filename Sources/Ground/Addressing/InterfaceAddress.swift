// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An address with the prefix length of the network that it is on: the host's bits are kept.
public struct InterfaceAddress: Hashable, Comparable, Sendable {
  public let address: IPAddress
  /// 0...32 or 0...128.
  public let prefixLength: Int

  /// Nil if the length is outside 0...32 or 0...128.
  public init?(_ address: IPAddress, prefixLength: Int) {
    guard 0...address.family.bitWidth ~= prefixLength else { return nil }
    self.init(unchecked: address, prefixLength)
  }

  init(unchecked address: IPAddress, _ prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  public var family: IPFamily { address.family }
  public var network: CIDR { CIDR(unchecked: address, prefixLength) }

  public static func < (a: InterfaceAddress, b: InterfaceAddress) -> Bool {
    a.address == b.address ? a.prefixLength < b.prefixLength : a.address < b.address
  }
}

extension InterfaceAddress: CustomStringConvertible, LosslessStringConvertible {
  /// "10.0.0.5/24"; a bare address has the prefix length 32 or 128. Nil for anything else.
  public init?(_ text: String) {
    let bytes = text.utf8.span
    guard bytes.count <= IPAddress.maximumTextLength + 4 else { return nil }
    guard let slash = Digits.firstIndex(of: UInt8(ascii: "/"), in: bytes) else {
      guard let address = IPAddress(utf8: bytes) else { return nil }
      self.init(unchecked: address, address.family.bitWidth)
      return
    }
    guard let address = IPAddress(utf8: bytes.extracting(0..<slash)),
      let length = Digits.decimal(
        bytes.extracting(slash + 1..<bytes.count), limit: address.family.bitWidth)
    else { return nil }
    self.init(unchecked: address, length)
  }

  public var description: String {
    ASCIIWriter.string(capacity: IPAddress.maximumTextLength + 4) { writer in
      address.write(to: &writer)
      writer.put("/")
      writer.putDecimal(UInt16(truncatingIfNeeded: prefixLength))
    }
  }
}
