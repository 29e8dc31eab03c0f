// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Moments as Kubernetes writes them: RFC 3339 in JSON, seconds since 1970 in protobuf.
package enum UTCTime {
  /// `2026-01-31T12:00:00Z`; seconds before the year 1 or after 9999 are clamped to these.
  package static func text(_ seconds: Int64) -> String {
    let bounded = min(max(seconds, -62_135_596_800), 253_402_300_799)
    let day = Int((bounded - modulo(bounded, 86_400)) / 86_400)
    let rest = Int(modulo(bounded, 86_400))
    let date = civil(day)
    return pad(date.year, 4) + "-" + pad(date.month, 2) + "-" + pad(date.day, 2) + "T"
      + pad(rest / 3600, 2) + ":" + pad(rest / 60 % 60, 2) + ":" + pad(rest % 60, 2) + "Z"
  }

  /// The seconds since 1970 of an RFC 3339 text, without the fraction; nil when it is none.
  package static func seconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 64 else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      guard bytes[range].allSatisfy({ (48...57).contains($0) }) else { return nil }
      return bytes[range].reduce(0) { $0 * 10 + Int($1 - 48) }
    }
    func has(_ index: Int, _ marks: String) -> Bool { marks.utf8.contains(bytes[index]) }
    guard has(4, "-"), has(7, "-"), has(10, "Tt "), has(13, ":"), has(16, ":"),
      let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      year > 0, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
      second <= 60
    else { return nil }
    var index = 19
    if has(index, ".") {
      index += 1
      while index < bytes.count, (48...57).contains(bytes[index]) { index += 1 }
      if index == 20 || index == bytes.count { return nil }
    }
    var offset = 0
    if !has(index, "Zz") || index != bytes.count - 1 {
      guard bytes.count == index + 6, has(index, "+-"), has(index + 3, ":"),
        let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6)
      else { return nil }
      offset = (hours * 3600 + minutes * 60) * (has(index, "-") ? -1 : 1)
    }
    let days = dayNumber(year, month, day)
    return Int64(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
  }

  private static func pad(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private static func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
    let rest = value % divisor
    return rest < 0 ? rest + divisor : rest
  }

  // The calendar repeats every 400 years, which have 146,097 days. Years that begin in March have
  // the day that comes and goes at their end.

  /// Days since 1970-01-01.
  private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(_ dayNumber: Int) -> (year: Int, month: Int, day: Int) {
    let days = dayNumber + 719_468
    let era = days / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
