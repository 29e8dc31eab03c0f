// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Writes short texts of known greatest length without intermediate strings.
struct ASCIIWriter {
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  /// `capacity` is the greatest length that `body` can write; a longer text traps.
  static func string(capacity: Int, _ body: (inout ASCIIWriter) -> Void) -> String {
    String(unsafeUninitializedCapacity: capacity) { buffer in
      var writer = ASCIIWriter(buffer: buffer)
      body(&writer)
      return writer.count
    }
  }

  private init(buffer: UnsafeMutableBufferPointer<UInt8>) {
    self.buffer = buffer
  }

  mutating func put(_ byte: UInt8) {
    precondition(count < buffer.count)
    buffer[count] = byte
    count += 1
  }

  mutating func put(_ character: Unicode.Scalar) {
    put(UInt8(ascii: character))
  }

  /// In decimal, without leading zeros.
  mutating func putDecimal(_ number: UInt16) {
    var divisor: UInt16 = 10000
    while divisor > 1, number < divisor { divisor /= 10 }
    while divisor > 0 {
      put(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }

  /// In lower-case hexadecimal, without leading zeros beyond `minimumDigits`.
  mutating func putHex(_ number: UInt16, minimumDigits: Int = 1) {
    for place in stride(from: 3, through: 0, by: -1)
    where place < minimumDigits || number >> (4 * place) != 0 {
      let digit = UInt8(number >> (4 * place) & 0xf)
      put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}
