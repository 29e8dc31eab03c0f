// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyModel

/// Addresses as their bytes.
extension FrameEncoder {
  mutating func write(_ address: IPAddress) {
    items.append(address.bits, width: address.family.bitWidth / 8)
  }

  /// The family and the length of the prefix, and as many bytes as the prefix needs.
  mutating func write(_ address: IPAddress, prefixLength: Int) {
    let width = address.family.bitWidth / 8
    let needed = (prefixLength + 7) / 8
    items.append(UInt8(truncatingIfNeeded: prefixLength + (address.family == .v4 ? 0 : 64)))
    items.append(address.bits >> UInt128(8 * (width - needed)), width: needed)
  }
}

extension FrameDecoder {
  mutating func address(_ family: IPFamily) throws(SyncCodingError) -> IPAddress {
    let bits = try number(width: family.bitWidth / 8)
    guard let address = IPAddress(family: family, bits: bits) else {
      throw error("an address is wrong")
    }
    return address
  }

  mutating func network() throws(SyncCodingError) -> CIDR {
    let byte = Int(try byte())
    let family: IPFamily = byte < 64 ? .v4 : .v6
    let (length, width) = (byte < 64 ? byte : byte - 64, family.bitWidth / 8)
    guard length <= family.bitWidth else { throw error("a prefix is too long") }
    let needed = (length + 7) / 8
    let bits = try number(width: needed) << UInt128(8 * (width - needed))
    guard let address = IPAddress(family: family, bits: bits),
      let network = CIDR(address, prefixLength: length)
    else { throw error("a network is wrong") }
    return network
  }
}

/// One address, or none.
struct AddressCoder: FieldCoder {
  func write(_ value: IPAddress?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    encoder.write(value)
    return .fixed(value.family.bitWidth / 8)
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> IPAddress?? {
    switch wire.width {
    case 4: try decoder.address(.v4)
    case 16: try decoder.address(.v6)
    default: nil
    }
  }
}

/// Networks in their order; absent is none. One address of each family, which most endpoints have,
/// is only its bytes.
struct NetworksCoder: FieldCoder {
  func write(_ value: [CIDR], to encoder: inout FrameEncoder) -> Wire? {
    if value.isEmpty { return nil }
    let isShort =
      value.allSatisfy(\.isHost)
      && (value.count == 1 || value.count == 2 && value[0].family < value[1].family)
    if isShort {
      for network in value { encoder.write(network.address) }
      return .fixed(value.reduce(0) { $0 + $1.family.bitWidth / 8 })
    }
    let start = encoder.items.count
    for network in value { encoder.write(network.address, prefixLength: network.prefixLength) }
    encoder.items.insert(varint: encoder.items.count - start, at: start)
    return .sized
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> [CIDR]? {
    switch wire.width {
    case 4: return [CIDR(host: try decoder.address(.v4))]
    case 16: return [CIDR(host: try decoder.address(.v6))]
    case 20:
      let first = CIDR(host: try decoder.address(.v4))
      return [first, CIDR(host: try decoder.address(.v6))]
    default: break
    }
    guard wire == .sized else { return nil }
    let outer = try decoder.enter()
    var networks: [CIDR] = []
    while !decoder.isAtEnd {
      try decoder.spend(MemoryLayout<CIDR>.stride)
      networks.append(try decoder.network())
    }
    try decoder.leave(outer)
    return networks
  }
}

/// Addresses in their order; absent is none.
struct AddressesCoder: FieldCoder {
  func write(_ value: [IPAddress], to encoder: inout FrameEncoder) -> Wire? {
    NetworksCoder().write(value.map { CIDR(host: $0) }, to: &encoder)
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> [IPAddress]? {
    guard let networks = try NetworksCoder().read(wire, from: &decoder) else { return nil }
    guard networks.allSatisfy(\.isHost) else { throw decoder.error("an address is a network") }
    return networks.map(\.address)
  }
}

/// One network.
struct NetworkCoder: FieldCoder {
  func write(_ value: CIDR, to encoder: inout FrameEncoder) -> Wire? {
    let start = encoder.items.count
    encoder.write(value.address, prefixLength: value.prefixLength)
    return .fixed(encoder.items.count - start)
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> CIDR? {
    guard let width = wire.width, width > 0 else { return nil }
    let start = decoder.position
    let network = try decoder.network()
    guard decoder.position - start == width else { throw decoder.error("a network is wrong") }
    return network
  }
}

/// An address and the length of its network's prefix, or neither.
struct InterfaceAddressCoder: FieldCoder {
  func write(_ value: InterfaceAddress?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    encoder.write(value.address)
    encoder.items.append(UInt8(truncatingIfNeeded: value.prefixLength))
    return .fixed(value.family.bitWidth / 8 + 1)
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> InterfaceAddress?? {
    guard wire.width == 5 || wire.width == 17 else { return nil }
    let address = try decoder.address(wire.width == 5 ? .v4 : .v6)
    guard let result = InterfaceAddress(address, prefixLength: Int(try decoder.byte())) else {
      throw decoder.error("a prefix is too long")
    }
    return result
  }
}

struct MACAddressCoder: FieldCoder {
  func write(_ value: MACAddress?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    encoder.items.append(UInt128(value.bits), width: 6)
    return .fixed(6)
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> MACAddress?? {
    guard wire == .fixed(6) else { return nil }
    return MACAddress(bits: UInt64(truncatingIfNeeded: try decoder.number(width: 6)))
  }
}

/// The nodes under the addresses that they use; absent is none.
struct BorrowedCoder: FieldCoder {
  func write(_ value: [IPAddress: String], to encoder: inout FrameEncoder) -> Wire? {
    if value.isEmpty { return nil }
    let start = encoder.items.count
    for (address, node) in value.sorted(by: { $0.key < $1.key }) {
      encoder.write(address, prefixLength: address.family.bitWidth)
      encoder.items.append(varint: encoder.number(of: node))
    }
    encoder.items.insert(varint: encoder.items.count - start, at: start)
    return .sized
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> [IPAddress: String]? {
    guard wire == .sized else { return nil }
    let outer = try decoder.enter()
    var borrowed: [IPAddress: String] = [:]
    while !decoder.isAtEnd {
      try decoder.spend(2 * MemoryLayout<IPAddress>.stride)
      let network = try decoder.network()
      guard network.isHost else { throw decoder.error("an address is a network") }
      borrowed[network.address] = try decoder.tableText()
    }
    try decoder.leave(outer)
    return borrowed
  }
}

/// Ranges of ports in their order: where each begins, and how much further it ends.
struct PortRangesCoder: FieldCoder {
  func write(_ value: [PortRange], to encoder: inout FrameEncoder) -> Wire? {
    if value.isEmpty { return nil }
    let start = encoder.items.count
    for range in value {
      encoder.items.append(varint: UInt64(range.first))
      encoder.items.append(varint: UInt64(range.last - range.first))
    }
    encoder.items.insert(varint: encoder.items.count - start, at: start)
    return .sized
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> [PortRange]? {
    guard wire == .sized else { return nil }
    let outer = try decoder.enter()
    var ranges: [PortRange] = []
    while !decoder.isAtEnd {
      let (first, length) = (try decoder.varint(), try decoder.varint())
      let last = first.addingReportingOverflow(length)
      guard !last.overflow, let low = UInt16(exactly: first),
        let high = UInt16(exactly: last.partialValue),
        let range = PortRange(first: low, last: high)
      else { throw decoder.error("a port is too large") }
      ranges.append(range)
    }
    try decoder.leave(outer)
    return ranges
  }
}

/// A protocol's number, or none.
struct TransportCoder: FieldCoder {
  func write(_ value: IPProtocol?, to encoder: inout FrameEncoder) -> Wire? {
    NumberCoder<UInt8>().write(value?.rawValue, to: &encoder)
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> IPProtocol?? {
    guard let number = try NumberCoder<UInt8>().read(wire, from: &decoder) else { return nil }
    return number.map { IPProtocol(rawValue: $0) }
  }
}

/// A type, and perhaps a code; or neither.
struct ICMPCoder: FieldCoder {
  func write(_ value: ICMPMatch?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    encoder.items.append(value.type)
    guard let code = value.code else { return .fixed(1) }
    encoder.items.append(code)
    return .fixed(2)
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> ICMPMatch?? {
    switch wire.width {
    case 1: ICMPMatch(type: try decoder.byte())
    case 2: ICMPMatch(type: try decoder.byte(), code: try decoder.byte())
    default: nil
    }
  }
}

extension FieldCoder where Self == AddressCoder {
  static var address: Self { Self() }
}
extension FieldCoder where Self == AddressesCoder {
  static var addresses: Self { Self() }
}
extension FieldCoder where Self == NetworkCoder {
  static var network: Self { Self() }
}
extension FieldCoder where Self == NetworksCoder {
  static var networks: Self { Self() }
}
extension FieldCoder where Self == InterfaceAddressCoder {
  static var interfaceAddress: Self { Self() }
}
extension FieldCoder where Self == MACAddressCoder {
  static var mac: Self { Self() }
}
extension FieldCoder where Self == BorrowedCoder {
  static var borrowed: Self { Self() }
}
extension FieldCoder where Self == PortRangesCoder {
  static var portRanges: Self { Self() }
}
extension FieldCoder where Self == TransportCoder {
  static var transport: Self { Self() }
}
extension FieldCoder where Self == ICMPCoder {
  static var icmp: Self { Self() }
}
