// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where a service is, by DNS (RFC 2782).
struct ServiceRecord: Sendable, Hashable {
  var priority: UInt16
  var weight: UInt16
  var port: UInt16
  /// A name without the dot at its end.
  var target: String
}

/// A question for SRV records, and how to read the answer (RFC 1035, 2782, 6891).
struct ServiceQuery: Sendable {
  private static let serviceType: UInt16 = 33
  private static let internetClass: UInt16 = 1
  private static let optionsType: UInt16 = 41
  private static let nameExists: UInt8 = 0
  private static let noSuchName: UInt8 = 3
  /// Bytes of an answer at most.
  static let answerLimit: UInt16 = 4096
  private static let recordLimit = 64

  let id: UInt16
  /// What to send.
  let bytes: [UInt8]
  private let question: [UInt8]

  /// Nil when the name is none of DNS.
  init?(name: String, id: UInt16) {
    self.id = id
    var question: [UInt8] = []
    for label in name.split(separator: ".", omittingEmptySubsequences: false) {
      guard (1...63).contains(label.utf8.count) else { return nil }
      question.append(UInt8(label.utf8.count))
      question += Array(label.utf8)
    }
    question.append(0)
    guard question.count <= 255 else { return nil }
    question += Self.big(Self.serviceType) + Self.big(Self.internetClass)
    self.question = question
    // One question, recursion desired, and that we take more than 512 bytes.
    let counts: [UInt8] = [0, 1, 0, 0, 0, 0, 0, 1]
    let options: [UInt8] =
      [0] + Self.big(Self.optionsType) + Self.big(Self.answerLimit) + [0, 0, 0, 0, 0, 0]
    bytes = Self.big(id) + [1, 0] + counts + question + options
  }

  private static func big(_ number: UInt16) -> [UInt8] {
    [UInt8(number >> 8), UInt8(number & 0xff)]
  }

  /// The records of an answer; none when the name does not exist. Nil when it is no answer to this
  /// question or cannot be read.
  func records(of answer: [UInt8]) -> [ServiceRecord]? {
    var reader = Reader(bytes: answer)
    guard reader.number() == id, let flags = reader.number(), flags & 0x8000 != 0,
      let questions = reader.number(), let answers = reader.number(), reader.skip(4),
      questions == 1
    else { return nil }
    let code = UInt8(flags & 0xf)
    if code == Self.noSuchName { return [] }
    guard code == Self.nameExists, reader.name() != nil, reader.skip(4) else { return nil }
    var records: [ServiceRecord] = []
    for _ in 0..<min(Int(answers), Self.recordLimit) {
      guard reader.name() != nil, let type = reader.number(), reader.skip(6),
        let length = reader.number()
      else { return records.isEmpty ? nil : records }
      let next = reader.index + Int(length)
      guard next <= answer.count else { return records.isEmpty ? nil : records }
      if type == Self.serviceType {
        guard let priority = reader.number(), let weight = reader.number(),
          let port = reader.number(), let target = reader.name()
        else { return nil }
        // A dot alone says that there is no such service.
        if !target.isEmpty {
          records.append(
            ServiceRecord(priority: priority, weight: weight, port: port, target: target))
        }
      }
      reader.index = next
    }
    return records
  }

  private struct Reader {
    let bytes: [UInt8]
    var index = 0

    mutating func number() -> UInt16? {
      guard index + 2 <= bytes.count else { return nil }
      defer { index += 2 }
      return UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
    }

    mutating func skip(_ count: Int) -> Bool {
      index += count
      return index <= bytes.count
    }

    /// A name, which may go on elsewhere in the message. Pointers lead backwards only, so that
    /// there is an end to them.
    mutating func name() -> String? {
      var labels: [String] = []
      var at = index
      var end: Int?
      var limit = bytes.count
      while true {
        guard at < limit else { return nil }
        let length = Int(bytes[at])
        switch length {
        case 0:
          index = end ?? at + 1
          return labels.joined(separator: ".")
        case 1...63:
          guard at + 1 + length <= bytes.count, labels.count < 128 else { return nil }
          labels.append(String(decoding: bytes[at + 1..<at + 1 + length], as: UTF8.self))
          at += 1 + length
        case 0xc0...:
          guard at + 1 < bytes.count else { return nil }
          let target = (length & 0x3f) << 8 | Int(bytes[at + 1])
          guard target < at else { return nil }
          end = end ?? at + 2
          limit = at
          at = target
        default: return nil
        }
      }
    }
  }
}
