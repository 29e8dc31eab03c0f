// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a reader does that does not know a field, or a value of it.
enum Criticality: Sendable {
  /// Goes on without it.
  case ignorable
  /// Allows nothing because of what it is a field of.
  case critical
}

/// A type whose fields are declared once, in `visit`; writing and reading both follow from that.
protocol Coded {
  /// Never used for anything else again: kinds of update are below 64 (`ItemKind`), what is inside
  /// of them from there on.
  static var number: Int { get }
  /// What it is, in messages.
  static var title: String { get }
  /// Without any field.
  static var blank: Self { get }

  /// Visits the fields in the order of their numbers. A number is never used for another field.
  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure)

  /// Something critical in it is not known: makes it allow nothing. False where that is for what it
  /// is a part of to do.
  mutating func allowNothing(because reason: String) -> Bool
}

extension Coded {
  mutating func allowNothing(because reason: String) -> Bool { false }
}

/// Goes over the fields of a value: writes them, reads them, or only hears their names.
protocol CodingVisitor {
  associatedtype Failure: Error
  /// Whether values come from the visitor.
  static var isReading: Bool { get }
  /// The node that the name of the endpoint at hand begins with.
  var impliedNode: String { get set }

  /// A field with a value that a coder writes. A name with a point is a part of the property.
  mutating func field<C: FieldCoder>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ value: inout C.Value,
    _ coder: C) throws(Failure)
  /// A field with fields of its own; absent where none of them says anything.
  mutating func structure<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ value: inout T
  ) throws(Failure)
  /// Any number of them.
  mutating func structures<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ values: inout [T]
  ) throws(Failure)
  /// The same where the whole list repeats: by its number in the frame's table.
  mutating func shared<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ values: inout [T]
  ) throws(Failure)
  /// A property whose fields are declared with its own type and numbered on.
  mutating func group<T: Coded>(_ name: StaticString, _ value: inout T) throws(Failure)
}

/// How one kind of value is written and read.
protocol FieldCoder {
  associatedtype Value
  /// Appends it, and says how long it is to whoever does not know it; nil, and nothing appended,
  /// for the value that an absent field has.
  func write(_ value: Value, to encoder: inout FrameEncoder) -> Wire?
  /// Nil for a form or a value that only a newer version knows; it is skipped then.
  func read(_ wire: Wire, from decoder: inout FrameDecoder) throws(SyncCodingError) -> Value?
}

/// An enumeration whose cases have numbers on the wire, which are never used again. An exhaustive
/// switch gives them, so that a new case cannot be forgotten.
protocol CodedChoice: CaseIterable, Sendable {
  var number: UInt64 { get }
}
