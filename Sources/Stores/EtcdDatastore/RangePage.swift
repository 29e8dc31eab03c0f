// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FoundationEssentials
import GRPCCore
import Resources
import SwiftProtobuf

/// An answer to a range request, left in the bytes that came (`RangeResponse` of etcd's rpc.proto).
///
/// SwiftProtobuf gives every key and every value memory of its own, a tenth of all the time that a
/// list of many objects takes. Here only their places are noted.
struct RangePage: Sendable {
  /// Where a key and what is stored there stand in the page.
  struct Entry: Sendable, Hashable {
    var key = 0..<0
    var value = 0..<0
    /// The revision of its last write.
    var revision: Int64 = 0
  }

  let bytes: [UInt8]
  private(set) var entries: [Entry] = []
  /// The revision of the store at which the range was read.
  private(set) var revision: Int64 = 0
  /// Whether the limit cut keys off.
  private(set) var hasMore = false

  /// Throws when the bytes are not such an answer.
  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    var header = Etcdserverpb_ResponseHeader()
    var fields = WireFields(bytes, 0..<bytes.count)
    while let field = try fields.next() {
      switch (field.number, field.content) {
      case (1, .bytes(let place)): try header.merge(serializedBytes: Array(bytes[place]))
      case (2, .bytes(let place)): entries.append(try Self.entry(in: bytes, place))
      case (3, .number(let number)): hasMore = number != 0
      default: break
      }
    }
    revision = header.revision
  }

  private static func entry(in bytes: [UInt8], _ place: Range<Int>) throws -> Entry {
    var entry = Entry()
    var fields = WireFields(bytes, place)
    while let field = try fields.next() {
      switch (field.number, field.content) {
      case (1, .bytes(let place)): entry.key = place
      case (3, .number(let number)): entry.revision = Int64(bitPattern: number)
      case (5, .bytes(let place)): entry.value = place
      default: break
      }
    }
    return entry
  }

  /// Bytes of all values.
  var valueBytes: Int { entries.reduce(0) { $0 + $1.value.count } }

  func stored(_ entry: Entry) -> StoredValue {
    StoredValue(
      key: String(decoding: bytes[entry.key], as: UTF8.self), revision: entry.revision,
      bytes: Array(bytes[entry.value]))
  }

  /// What an entry is as an object of a kind; read where it stands, unless it is unusual.
  func meaning(of entry: Entry, _ kind: Kind) -> StoredValue.Meaning {
    let key = String(decoding: bytes[entry.key], as: UTF8.self)
    if !IPAMForm.isUsed(for: kind), case .object(let name, _) = KeyLayout.name(of: key, kind: kind),
      let resource = StoredObject.read(
        bytes.span.extracting(entry.value), key: name, revision: entry.revision)
    {
      return .resource(resource)
    }
    return stored(entry).meaning(kind)
  }
}

/// The fields of a protobuf message, one after the other.
private struct WireFields {
  enum Content {
    case number(UInt64)
    case bytes(Range<Int>)
    case fixed
  }

  struct Malformed: Error {}

  private let bytes: [UInt8]
  private var offset: Int
  private let end: Int

  init(_ bytes: [UInt8], _ place: Range<Int>) {
    self.bytes = bytes
    offset = place.lowerBound
    end = place.upperBound
  }

  mutating func next() throws(Malformed) -> (number: UInt64, content: Content)? {
    if offset == end { return nil }
    let tag = try number()
    guard tag >> 3 > 0, tag <= UInt32.max else { throw Malformed() }
    switch tag & 7 {
    case 0: return (tag >> 3, .number(try number()))
    case 1: _ = try take(8)
    case 2: return (tag >> 3, .bytes(try take(try number())))
    case 5: _ = try take(4)
    // Groups, which nobody has sent since proto3.
    default: throw Malformed()
    }
    return (tag >> 3, .fixed)
  }

  private mutating func number() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end, shift < 70 {
      let byte = bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Malformed()
  }

  private mutating func take(_ count: UInt64) throws(Malformed) -> Range<Int> {
    guard count <= UInt64(end - offset) else { throw Malformed() }
    let start = offset
    offset += Int(count)
    return start..<offset
  }
}

struct RangePageDeserializer: MessageDeserializer {
  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> RangePage {
    do {
      return try RangePage(bytes.withUnsafeBytes { Array($0) })
    } catch {
      throw RPCError(
        code: .internalError, message: "the answer to a range request cannot be read", cause: error)
    }
  }
}
