// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A usual form of a text, in which it takes fewer bytes than it has letters.
protocol TextForm {
  /// In bytes.
  static var width: Int { get }
  /// Nil for a text that has not exactly this form.
  static func pack(_ text: String.UTF8View) -> UInt128?
  /// Nil for a number that no text gives.
  static func text(_ number: UInt128) -> String?
}

enum TextForms {
  /// The value of a lowercase hexadecimal digit.
  static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

/// `cali` and eleven lowercase hexadecimal digits: how the interfaces of pods are called.
enum InterfaceForm: TextForm {
  static var width: Int { 6 }
  private static let prefix = Array("cali".utf8)

  static func pack(_ text: String.UTF8View) -> UInt128? {
    guard text.count == 15, text.starts(with: prefix) else { return nil }
    var number: UInt128 = 0
    for byte in text.dropFirst(4) {
      guard let digit = TextForms.digit(byte) else { return nil }
      number = number << 4 | UInt128(digit)
    }
    return number
  }

  static func text(_ number: UInt128) -> String? {
    guard number >> 44 == 0 else { return nil }
    let digits = String(number, radix: 16)
    return "cali" + String(repeating: "0", count: 11 - digits.utf8.count) + digits
  }
}

/// The five letters that end a pod's name, of the 27 that are no vowels and look like no digit.
enum PodSuffixForm: TextForm {
  static var width: Int { 3 }
  private static let letters = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
  /// The value of each letter, of those that have one.
  private static let values: [UInt8?] = {
    var values = [UInt8?](repeating: nil, count: 256)
    for (value, letter) in letters.enumerated() {
      values[Int(letter)] = UInt8(truncatingIfNeeded: value)
    }
    return values
  }()

  static func pack(_ text: String.UTF8View) -> UInt128? {
    guard text.count == 5 else { return nil }
    var number = 0
    for byte in text {
      guard let value = values[Int(byte)] else { return nil }
      number = number * 27 + Int(value)
    }
    return UInt128(number)
  }

  static func text(_ number: UInt128) -> String? {
    guard var rest = Int(exactly: number), rest < 27 * 27 * 27 * 27 * 27 else { return nil }
    var bytes: [UInt8] = [0, 0, 0, 0, 0]
    for index in (0..<5).reversed() {
      bytes[index] = letters[rest % 27]
      rest /= 27
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// RFC 3339 in whole seconds of UTC, from 1970 on, as these seconds.
enum TimeForm: TextForm {
  static var width: Int { 4 }
  private static let pattern = Array("0000-00-00T00:00:00Z".utf8)
  private static let secondsOfDay = 86_400

  static func pack(_ text: String.UTF8View) -> UInt128? {
    guard text.count == pattern.count else { return nil }
    var numbers = [0, 0, 0, 0, 0, 0]
    var field = 0
    for (byte, expected) in zip(text, pattern) {
      if expected == UInt8(ascii: "0") {
        guard (0x30...0x39).contains(byte) else { return nil }
        numbers[field] = numbers[field] * 10 + Int(byte - 0x30)
      } else {
        guard byte == expected else { return nil }
        field += 1
      }
    }
    let (year, month, day) = (numbers[0], numbers[1], numbers[2])
    guard year >= 1970, (1...12).contains(month), day >= 1, day <= length(of: month, year),
      numbers[3] < 24, numbers[4] < 60, numbers[5] < 60
    else { return nil }
    var days = daysBefore(year) + day - 1
    for earlier in 1..<month { days += length(of: earlier, year) }
    let seconds = days * secondsOfDay + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
    return UInt32(exactly: seconds).map { UInt128($0) }
  }

  static func text(_ number: UInt128) -> String? {
    guard let seconds = UInt32(exactly: number) else { return nil }
    var days = Int(seconds) / secondsOfDay
    let rest = Int(seconds) % secondsOfDay
    var year = 1970 + days / 366
    while daysBefore(year + 1) <= days { year += 1 }
    days -= daysBefore(year)
    var month = 1
    while days >= length(of: month, year) {
      days -= length(of: month, year)
      month += 1
    }
    var bytes = pattern
    write(year, 0..<4, &bytes)
    write(month, 5..<7, &bytes)
    write(days + 1, 8..<10, &bytes)
    write(rest / 3600, 11..<13, &bytes)
    write(rest / 60 % 60, 14..<16, &bytes)
    write(rest % 60, 17..<19, &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func write(_ number: Int, _ places: Range<Int>, _ bytes: inout [UInt8]) {
    var rest = number
    for place in places.reversed() {
      bytes[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func length(of month: Int, _ year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func leapYears(before year: Int) -> Int {
    let last = year - 1
    return last / 4 - last / 100 + last / 400
  }

  /// The days from 1970 to the beginning of a year.
  private static func daysBefore(_ year: Int) -> Int {
    (year - 1970) * 365 + leapYears(before: year) - leapYears(before: 1970)
  }
}

extension FieldCoder where Self == LiteralCoder<InterfaceForm> {
  static var interfaceName: Self { Self() }
}
extension FieldCoder where Self == LiteralCoder<PodSuffixForm> {
  static var podSuffix: Self { Self() }
}
extension FieldCoder where Self == OptionalLiteralCoder<TimeForm> {
  static var time: Self { Self() }
}
