// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A text that repeats: by its number in the frame's table. Absent is empty.
struct TextCoder: FieldCoder {
  func write(_ value: String, to encoder: inout FrameEncoder) -> Wire? {
    if value.isEmpty { return nil }
    encoder.items.append(varint: encoder.number(of: value))
    return .varint
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> String? {
    wire == .varint ? try decoder.tableText() : nil
  }
}

/// The same where an empty text differs from none.
struct OptionalTextCoder: FieldCoder {
  func write(_ value: String?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    encoder.items.append(varint: encoder.number(of: value))
    return .varint
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> String?? {
    wire == .varint ? try decoder.tableText() : nil
  }
}

/// A text that is mostly unlike all others: as it is, or packed where it has the usual form. Absent
/// is empty.
struct LiteralCoder<Form: TextForm>: FieldCoder {
  func write(_ value: String, to encoder: inout FrameEncoder) -> Wire? {
    if value.isEmpty { return nil }
    if let number = Form.pack(value.utf8) {
      encoder.items.append(number, width: Form.width)
      return .fixed(Form.width)
    }
    encoder.items.append(varint: value.utf8.count)
    encoder.items.append(contentsOf: value.utf8)
    return .sized
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> String? {
    if wire == .sized { return try decoder.sizedText() }
    guard wire == .fixed(Form.width) else { return nil }
    return Form.text(try decoder.number(width: Form.width))
  }
}

/// The same where an empty text differs from none.
struct OptionalLiteralCoder<Form: TextForm>: FieldCoder {
  func write(_ value: String?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    if let wire = LiteralCoder<Form>().write(value, to: &encoder) { return wire }
    encoder.items.append(0)
    return .sized
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> String?? {
    guard let text = try LiteralCoder<Form>().read(wire, from: &decoder) else { return nil }
    return text
  }
}

/// The ID of a container: 64 lowercase hexadecimal digits are 32 bytes. Absent is empty.
struct ContainerIDCoder: FieldCoder {
  private static let digits = Array("0123456789abcdef".utf8)

  func write(_ value: String, to encoder: inout FrameEncoder) -> Wire? {
    if value.isEmpty { return nil }
    let start = encoder.items.count
    if value.utf8.count == 64 {
      var high: UInt8?
      for byte in value.utf8 {
        guard let digit = TextForms.digit(byte) else { break }
        if let first = high {
          encoder.items.append(first << 4 | digit)
          high = nil
        } else {
          high = digit
        }
      }
      if encoder.items.count - start == 32 { return .fixed(32) }
      encoder.items.removeLast(encoder.items.count - start)
    }
    encoder.items.append(varint: value.utf8.count)
    encoder.items.append(contentsOf: value.utf8)
    return .sized
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> String? {
    if wire == .sized { return try decoder.sizedText() }
    guard wire == .fixed(32) else { return nil }
    let bytes = try decoder.bytes(32)
    return String(unsafeUninitializedCapacity: 64) { buffer in
      var index = 0
      for byte in bytes {
        buffer[index] = Self.digits[Int(byte >> 4)]
        buffer[index + 1] = Self.digits[Int(byte & 15)]
        index += 2
      }
      return 64
    }
  }
}

/// Texts in their order, by the number of the whole list. Absent is empty.
struct ListCoder: FieldCoder {
  func write(_ value: [String], to encoder: inout FrameEncoder) -> Wire? {
    if value.isEmpty { return nil }
    encoder.items.append(varint: encoder.number(of: value))
    return .varint
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> [String]? {
    wire == .varint ? try decoder.tableList() : nil
  }
}

/// The same where an empty list differs from none.
struct OptionalListCoder: FieldCoder {
  func write(_ value: [String]?, to encoder: inout FrameEncoder) -> Wire? {
    guard let value else { return nil }
    encoder.items.append(varint: encoder.number(of: value))
    return .varint
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> [String]?? {
    wire == .varint ? try decoder.tableList() : nil
  }
}

/// Labels, or what else has texts under texts, by the number of the whole set. Absent is empty.
struct LabelsCoder: FieldCoder {
  func write(_ value: [String: String], to encoder: inout FrameEncoder) -> Wire? {
    if value.isEmpty { return nil }
    encoder.items.append(varint: encoder.number(of: value))
    return .varint
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> [String: String]? {
    wire == .varint ? try decoder.tableLabels() : nil
  }
}

extension FieldCoder where Self == TextCoder {
  static var text: Self { Self() }
}
extension FieldCoder where Self == OptionalTextCoder {
  static var optionalText: Self { Self() }
}
extension FieldCoder where Self == ContainerIDCoder {
  static var containerID: Self { Self() }
}
extension FieldCoder where Self == ListCoder {
  static var list: Self { Self() }
}
extension FieldCoder where Self == OptionalListCoder {
  static var optionalList: Self { Self() }
}
extension FieldCoder where Self == LabelsCoder {
  static var labels: Self { Self() }
}
