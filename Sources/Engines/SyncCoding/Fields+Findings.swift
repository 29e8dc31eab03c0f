// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Features
import Resources
import SyncModel

// What is not known of a finding is nothing that anybody enforces: all of it is ignorable, but for
// what it is about.

extension ObjectFindings: Coded {
  static var number: Int { 83 }
  static var title: String { "findings" }
  static var blank: Self { Self(key: .blank, asks: Asks(.blank)) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.structure(8, "key", .critical, &key)
    try v.field(9, "node", .critical, &node, .optionalText)
    try v.structures(10, "problems", .ignorable, &problems)
    if V.isReading { asks = Asks(key) }
    try v.structure(11, "asks", .ignorable, &asks)
  }
}

extension ResourceKey: Coded {
  static var number: Int { 84 }
  static var title: String { "object" }
  static var blank: Self { Self(kind: .node, name: "") }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    var (kind, namespace, name) = (kind, namespace, name)
    try v.field(1, "kind", .critical, &kind, .kind)
    try v.field(2, "namespace", .critical, &namespace, .optionalText)
    try v.field(3, "name", .critical, &name, .text)
    guard V.isReading else { return }
    self = ResourceKey(kind: kind, namespace: namespace, name: name)
    // Where a policy's own name begins like the prefix that a key leaves out.
    if !isSame(self.name, name) {
      self = ResourceKey(kind: kind, namespace: namespace, name: "default.\(name)")
    }
  }
}

/// A kind of object by its name.
struct KindCoder: FieldCoder {
  func write(_ value: Kind, to encoder: inout FrameEncoder) -> Wire? {
    TextCoder().write(value.rawValue, to: &encoder)
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> Kind? {
    try TextCoder().read(wire, from: &decoder).flatMap { Kind(rawValue: $0) }
  }
}

extension ConversionProblem: Coded {
  static var number: Int { 85 }
  static var title: String { "problem" }
  static var blank: Self { Self(key: .blank, field: "", reason: "") }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.structure(1, "key", .critical, &key)
    try v.field(2, "field", .critical, &field, .text)
    try v.field(3, "reason", .critical, &reason, .text)
  }
}

extension Asks: Coded {
  static var number: Int { 86 }
  static var title: String { "asks" }
  static var blank: Self { Self(.blank) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    var (key, asks, more) = (key, asks, more)
    try v.structure(1, "key", .critical, &key)
    try v.structures(2, "asks", .critical, &asks)
    try v.field(3, "more", .ignorable, &more, .featureCounts)
    if V.isReading { self = Asks(key, asks: asks, more: more) }
  }
}

extension Asks.Ask: Coded {
  static var number: Int { 87 }
  static var title: String { "ask" }
  static var blank: Self { Self(field: "", feature: nil) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "field", .critical, &field, .text)
    try v.field(2, "feature", .critical, &feature, .feature)
  }
}

/// A feature by its name. Absent is one that the writer did not know; one that the reader does not
/// know is that too.
struct FeatureCoder: FieldCoder {
  func write(_ value: Feature?, to encoder: inout FrameEncoder) -> Wire? {
    OptionalTextCoder().write(value?.rawValue, to: &encoder)
  }

  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> Feature?? {
    guard let name = try TextCoder().read(wire, from: &decoder) else { return nil }
    return .some(Feature(rawValue: name))
  }
}

/// Counts by the names of features, without a name those of what nobody knows.
struct FeatureCountsCoder: FieldCoder {
  func write(_ value: [Feature?: Int], to encoder: inout FrameEncoder) -> Wire? {
    if value.isEmpty { return nil }
    let start = encoder.items.count
    for (name, count) in value.map({ ($0.key?.rawValue ?? "", $0.value) }).sorted(by: <) {
      encoder.items.append(varint: encoder.number(of: name))
      encoder.items.append(varint: NumberCoder.bits(count))
    }
    encoder.items.insert(varint: encoder.items.count - start, at: start)
    return .sized
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> [Feature?: Int]? {
    guard wire == .sized else { return nil }
    let outer = try decoder.enter()
    var counts: [Feature?: Int] = [:]
    while !decoder.isAtEnd {
      let feature = Feature(rawValue: try decoder.tableText())
      guard let count = NumberCoder<Int>.number(try decoder.varint()) else {
        throw decoder.error("a number is too large")
      }
      counts[feature] = (counts[feature] ?? 0).addingReportingOverflow(count).partialValue
    }
    try decoder.leave(outer)
    return counts
  }
}

extension FieldCoder where Self == KindCoder {
  static var kind: Self { Self() }
}
extension FieldCoder where Self == FeatureCoder {
  static var feature: Self { Self() }
}
extension FieldCoder where Self == FeatureCountsCoder {
  static var featureCounts: Self { Self() }
}
