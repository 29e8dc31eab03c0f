// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// What decoding carries along: how strict it is, and the problems found so far.
public struct DecodingContext: Sendable {
  /// Whose data is read.
  public enum Mode: Sendable {
    /// People's input: an unknown, repeated or misplaced field is an error.
    case strict
    /// Stored objects: what is unknown or invalid is kept as it stands, and the latter reported.
    case preserving
  }

  /// How many problems are recorded at most; later ones are left out.
  public static let problemLimit = 100

  /// How many warnings are recorded at most, so that there is room for problems behind them.
  private static let warningLimit = 20

  public let mode: Mode

  /// The problems so far. Their paths begin at the object that is being decoded.
  public var problems: [FieldProblem] { found.filter { !$0.isWarning } }

  /// What is to be told of a value that is read all the same. Their paths begin where those do.
  public var warnings: [FieldProblem] { found.filter(\.isWarning) }

  /// Problems and warnings as they came.
  private(set) var found: [FieldProblem] = []

  public init(_ mode: Mode) {
    self.mode = mode
  }

  /// Records a problem of the value at hand.
  public mutating func report(_ problem: FieldProblem) {
    if found.count < Self.problemLimit { found.append(problem) }
  }

  /// Records something to tell people of the value at hand.
  mutating func warn(_ warning: FieldProblem) {
    if found.count(where: \.isWarning) < Self.warningLimit { report(warning) }
  }

  /// Records that the value at hand is not what it must be, and gives nil.
  public mutating func fail<T>(_ message: String, value: String? = nil) -> T? {
    report(FieldProblem(path: ValuePath(), message: message, value: value))
    return nil
  }

  /// Puts a step before the paths of all problems after the first `count`: they came from inside.
  ///
  /// Paths are made this way, from the inside out, so that the sound case pays nothing for them.
  mutating func prefixProblems(after count: Int, with step: ValuePath.Step) {
    for index in found.indices.dropFirst(count) {
      found[index].path.steps.insert(step, at: 0)
    }
  }

  /// Says of members that they do not belong where they stand, and where they might belong: also
  /// of those in the objects inside, about which there are problems after the first `count`.
  mutating func reportStrays(
    _ strays: [Int], of members: [Value.Member], after count: Int, in fields: FieldNames
  ) {
    for index in found.indices.dropFirst(count) {
      let steps = found[index].path.steps
      guard found[index].isUnknownField, steps.count == 2, case .key(let key) = steps[1] else {
        continue
      }
      if let hint = fields.placeHint(for: key) { found[index].hint = hint }
    }
    for index in strays {
      let key = members[index].key
      if members.indices.contains(where: { $0 != index && members[$0].key == key }) {
        report(FieldProblem(key, message: "field is given more than once"))
      } else {
        report(.unknownField(ValuePath([.key(key)]), hint: fields.hint(for: key)))
      }
    }
  }
}
