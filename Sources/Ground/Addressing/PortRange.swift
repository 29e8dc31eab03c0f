// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One port or a range of ports, both ends included.
public struct PortRange: Hashable, Comparable, Sendable {
  public let first: UInt16
  public let last: UInt16

  /// Nil if `last` is below `first`.
  public init?(first: UInt16, last: UInt16) {
    guard first <= last else { return nil }
    self.init(unchecked: first, last)
  }

  /// A single port.
  public init(_ port: UInt16) { self.init(unchecked: port, port) }

  private init(unchecked first: UInt16, _ last: UInt16) {
    self.first = first
    self.last = last
  }

  /// 0...65535
  public static let all = PortRange(unchecked: 0, .max)

  public var isSingle: Bool { first == last }
  public var count: Int { Int(last) - Int(first) + 1 }
  public func contains(_ port: UInt16) -> Bool { first <= port && port <= last }

  /// The same ports as the fewest ranges: in order, disjoint, none touching the next.
  public static func merged(_ ranges: some Sequence<PortRange>) -> [PortRange] {
    var result: [PortRange] = []
    // An array of a known type is sorted by specialised code.
    for range in Array(ranges).sorted() {
      if let top = result.last, Int(range.first) <= Int(top.last) + 1 {
        result[result.count - 1] = PortRange(unchecked: top.first, max(top.last, range.last))
      } else {
        result.append(range)
      }
    }
    return result
  }

  public static func < (a: PortRange, b: PortRange) -> Bool {
    a.first == b.first ? a.last < b.last : a.first < b.first
  }
}

extension PortRange: CustomStringConvertible, LosslessStringConvertible {
  /// "80" or "80:90"; decimal without leading zeros. Nil for anything else.
  public init?(_ text: String) {
    let bytes = text.utf8.span
    guard bytes.count <= 11 else { return nil }
    let colon = Digits.firstIndex(of: UInt8(ascii: ":"), in: bytes)
    guard let first = Self.port(bytes.extracting(0..<(colon ?? bytes.count))) else { return nil }
    guard let colon else {
      self.init(first)
      return
    }
    guard let last = Self.port(bytes.extracting(colon + 1..<bytes.count)) else { return nil }
    self.init(first: first, last: last)
  }

  private static func port(_ bytes: Span<UInt8>) -> UInt16? {
    Digits.decimal(bytes, limit: 65535).map { UInt16(truncatingIfNeeded: $0) }
  }

  public var description: String {
    ASCIIWriter.string(capacity: 11) { writer in
      writer.putDecimal(first)
      if first != last {
        writer.put(":")
        writer.putDecimal(last)
      }
    }
  }
}
