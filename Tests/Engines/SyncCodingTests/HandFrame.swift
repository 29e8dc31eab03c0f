// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

@testable import SyncCoding

/// A frame put together byte by byte, as a version might that does not exist.
struct HandFrame {
  var version: UInt8 = 1
  var texts: [[UInt8]] = []
  var labelSets: [[UInt8]] = []
  var lists: [[UInt8]] = []
  var shapes: [[UInt8]] = []
  var parts: [[UInt8]] = []
  var items: [UInt8] = []

  struct Field {
    var number: Int
    var isCritical = true
    var wire: Wire
    var bytes: [UInt8]

    /// A number below 128.
    static func small(_ number: Int, _ value: UInt8, isCritical: Bool = true) -> Field {
      Field(number: number, isCritical: isCritical, wire: .varint, bytes: [value])
    }

    static func flag(_ number: Int) -> Field {
      Field(number: number, wire: .fixed(0), bytes: [])
    }

    static func sized(_ number: Int, _ bytes: [UInt8], isCritical: Bool = true) -> Field {
      var all: [UInt8] = []
      all.append(varint: bytes.count)
      return Field(number: number, isCritical: isCritical, wire: .sized, bytes: all + bytes)
    }

    static func fixed(_ number: Int, _ bytes: [UInt8], isCritical: Bool = true) -> Field {
      Field(number: number, isCritical: isCritical, wire: .fixed(bytes.count), bytes: bytes)
    }
  }

  /// The number of a text.
  mutating func text(_ text: String) -> UInt8 {
    texts.append(Array(text.utf8))
    return UInt8(texts.count)
  }

  /// What stands in a frame for a type or a kind with these fields.
  mutating func part(
    _ number: Int, _ fields: [Field], isCritical: Bool = true, isDeletion: Bool = false
  ) -> [UInt8] {
    var shape: [UInt8] = []
    shape.append(varint: number << 2 | (isCritical ? 2 : 0) | (isDeletion ? 1 : 0))
    for field in fields {
      shape.append(varint: field.number << 1 | (field.isCritical ? 1 : 0))
      shape.append(field.wire.code)
    }
    shapes.append(shape)
    var bytes: [UInt8] = []
    bytes.append(varint: shapes.count)
    return bytes + fields.flatMap(\.bytes)
  }

  mutating func item(
    _ number: Int, _ fields: [Field], isCritical: Bool = true, isDeletion: Bool = false
  ) {
    items += part(number, fields, isCritical: isCritical, isDeletion: isDeletion)
  }

  var bytes: [UInt8] {
    var frame = [version]
    for table in [texts, labelSets, lists, shapes, parts] {
      frame.append(varint: table.count)
      for entry in table { frame.append(varint: entry.count) }
      frame += table.joined()
    }
    return frame + items
  }
}
