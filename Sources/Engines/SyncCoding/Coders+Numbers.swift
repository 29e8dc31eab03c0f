// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors

/// True is a mark without bytes; absent is false.
struct FlagCoder: FieldCoder {
  func write(_ value: Bool, to encoder: inout FrameEncoder) -> Wire? { value ? .fixed(0) : nil }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> Bool? {
    wire == .fixed(0) ? true : nil
  }
}

/// A number, or none. Negative ones alternate with the others, so that small ones are short.
struct NumberCoder<Number: FixedWidthInteger & Sendable>: FieldCoder {
  func write(_ value: Number?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    encoder.items.append(varint: Self.bits(value))
    return .varint
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> Number?? {
    guard wire == .varint else { return nil }
    guard let number = Self.number(try decoder.varint()) else {
      throw decoder.error("a number is too large")
    }
    return number
  }

  static func bits(_ value: Number) -> UInt64 {
    guard Number.isSigned else { return UInt64(truncatingIfNeeded: value) }
    let wide = Int64(truncatingIfNeeded: value)
    return UInt64(bitPattern: wide << 1 ^ wide >> 63)
  }

  static func number(_ bits: UInt64) -> Number? {
    guard Number.isSigned else { return Number(exactly: bits) }
    return Number(exactly: Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1))
  }
}

/// A port, which every one has; absent is zero.
struct PortCoder: FieldCoder {
  func write(_ value: UInt16, to encoder: inout FrameEncoder) -> Wire? {
    if value == 0 { return nil }
    encoder.items.append(varint: UInt64(value))
    return .varint
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> UInt16? {
    try NumberCoder<UInt16>().read(wire, from: &decoder) ?? nil
  }
}

/// A number with a fraction, or none: its bits, so that every one comes through.
struct DoubleCoder: FieldCoder {
  func write(_ value: Double?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    encoder.items.append(UInt128(value.bitPattern), width: 8)
    return .fixed(8)
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> Double?? {
    guard wire == .fixed(8) else { return nil }
    return Double(bitPattern: UInt64(truncatingIfNeeded: try decoder.number(width: 8)))
  }
}

/// One of several, by its number, and always written; a number that is not known counts as a field
/// that is not.
struct ChoiceCoder<Choice: CodedChoice>: FieldCoder {
  func write(_ value: Choice, to encoder: inout FrameEncoder) -> Wire? {
    encoder.items.append(varint: value.number)
    return .varint
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> Choice? {
    guard wire == .varint else { return nil }
    let number = try decoder.varint()
    return Choice.allCases.first { $0.number == number }
  }
}

/// The same, or none.
struct OptionalChoiceCoder<Choice: CodedChoice>: FieldCoder {
  func write(_ value: Choice?, to encoder: inout FrameEncoder) -> Wire? {
    value.flatMap { ChoiceCoder().write($0, to: &encoder) }
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> Choice?? {
    guard let choice: Choice = try ChoiceCoder().read(wire, from: &decoder) else { return nil }
    return choice
  }
}

/// A selector by its canonical text, or none. A text that is none is damage.
struct SelectorCoder: FieldCoder {
  func write(_ value: Selector?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    encoder.items.append(varint: encoder.number(of: value.canonical))
    return .varint
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> Selector?? {
    wire == .varint ? try decoder.tableSelector() : nil
  }
}

extension FieldCoder where Self == FlagCoder {
  static var flag: Self { Self() }
}
extension FieldCoder where Self == PortCoder {
  static var port: Self { Self() }
}
extension FieldCoder where Self == DoubleCoder {
  static var double: Self { Self() }
}
extension FieldCoder where Self == SelectorCoder {
  static var selector: Self { Self() }
}
