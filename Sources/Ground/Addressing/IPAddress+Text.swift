// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
  /// The longest text of an address: six groups and a dotted IPv4 part.
  static let maximumTextLength = 45

  /// IPv4 as four decimal numbers without leading zeros, IPv6 as in RFC 4291 §2.2, without a
  /// zone; nil for anything else.
  public init?(_ text: String) {
    self.init(utf8: text.utf8.span)
  }

  init?(utf8 bytes: Span<UInt8>) {
    guard bytes.count <= Self.maximumTextLength else { return nil }
    if Digits.firstIndex(of: UInt8(ascii: ":"), in: bytes) == nil {
      guard let bits = Self.parseV4(bytes) else { return nil }
      self.init(v4: bits)
    } else {
      guard let bits = Self.parseV6(bytes) else { return nil }
      self.init(v6: bits)
    }
  }

  private static func parseV4(_ bytes: Span<UInt8>) -> UInt32? {
    var bits: UInt32 = 0
    var octets = 0
    var start = 0
    for end in 0...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: ".") {
      octets += 1
      guard octets <= 4, let octet = Digits.decimal(bytes.extracting(start..<end), limit: 255)
      else { return nil }
      bits = bits &<< 8 | UInt32(octet)
      start = end + 1
    }
    return octets == 4 ? bits : nil
  }

  private static func parseV6(_ bytes: Span<UInt8>) -> UInt128? {
    let colon = UInt8(ascii: ":")
    var bits: UInt128 = 0
    var groups = 0
    /// How many groups stand before the `::`.
    var groupsBeforeGap: Int?
    var i = 0

    if bytes[0] == colon {
      guard bytes.count >= 2, bytes[1] == colon else { return nil }
      groupsBeforeGap = 0
      i = 2
    }
    while i < bytes.count {
      // One group, up to the next colon or the end.
      var group: UInt128 = 0
      var end = i
      while end < bytes.count, end - i < 4, let digit = Digits.hex(bytes[end]) {
        group = group &<< 4 | UInt128(digit)
        end += 1
      }
      if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
        // The last 32 bits may be written as IPv4.
        guard groups <= 6, let v4 = parseV4(bytes.extracting(i..<bytes.count)) else { return nil }
        bits = bits &<< 32 | UInt128(v4)
        groups += 2
        break
      }
      guard end > i, groups < 8 else { return nil }
      bits = bits &<< 16 | group
      groups += 1
      if end == bytes.count { break }
      guard bytes[end] == colon else { return nil }
      i = end + 1
      if i == bytes.count { return nil }
      if bytes[i] == colon {
        guard groupsBeforeGap == nil else { return nil }
        groupsBeforeGap = groups
        i += 1
      }
    }

    guard let groupsBeforeGap else { return groups == 8 ? bits : nil }
    // RFC 4291: "::" stands for one group or more.
    guard groups <= 7 else { return nil }
    let low = UInt128(16 * (groups - groupsBeforeGap))
    let tail = bits & ~(UInt128.max &<< low)
    let head = (bits &>> low) << UInt128(16 * (8 - groupsBeforeGap))
    return head | tail
  }

  /// The canonical text: RFC 5952 for IPv6 (IPv4-mapped addresses end in dotted IPv4).
  public var description: String {
    ASCIIWriter.string(capacity: Self.maximumTextLength) { write(to: &$0) }
  }

  func write(to writer: inout ASCIIWriter) {
    if family == .v4 {
      writeV4(to: &writer)
    } else {
      writeV6(to: &writer)
    }
  }

  private func writeV4(to writer: inout ASCIIWriter) {
    for shift in stride(from: 24, through: 0, by: -8) {
      writer.putDecimal(UInt16(bits >> UInt128(shift) & 0xff))
      if shift > 0 { writer.put(".") }
    }
  }

  private func group(_ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: bits &>> UInt128(16 * (7 - index)))
  }

  private func writeV6(to writer: inout ASCIIWriter) {
    let isMapped = bits >> 32 == 0xffff
    // The longest run of two or more zero groups, the first of equals (RFC 5952 §4.2).
    var gap = 0..<0
    var run = 0
    for index in 0..<8 {
      run = group(index) == 0 ? run + 1 : 0
      if run >= 2, run > gap.count { gap = (index + 1 - run)..<(index + 1) }
    }
    var index = 0
    while index < (isMapped ? 6 : 8) {
      if !gap.isEmpty, index == gap.lowerBound {
        writer.put(":")
        writer.put(":")
        index = gap.upperBound
        continue
      }
      if index > 0, index != gap.upperBound || gap.isEmpty { writer.put(":") }
      writer.putHex(group(index))
      index += 1
    }
    if isMapped {
      writer.put(":")
      writeV4(to: &writer)
    }
  }
}
