// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Asks the values of an object what a file with them would be asked: without writing them out and
/// reading them in again, so that it costs little for the many objects that are as they should be.
struct JudgingVisitor: FieldVisitor {
  private(set) var context: DecodingContext
  /// Whether there are members that no field has, or that could not be read as what they are.
  private(set) var hasUnread: Bool

  init(_ context: DecodingContext, hasUnread: Bool) {
    self.context = context
    self.hasUnread = hasUnread
  }

  private mutating func judge<T: FieldValue>(_ name: String, _ value: T, _ check: Check<T>?) {
    let before = context.found.count
    if T.hasParts { hasUnread = value.judge(&context) || hasUnread }
    check?.run(value, &context)
    context.prefixProblems(after: before, with: .key(name))
  }

  /// A blank one is what could not be read, or was never there: reading says which.
  mutating func required<T: FieldValue>(
    _ name: String, _ value: inout T, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    judge(name, value, check())
  }

  /// What is not written is not checked, but what must be in it.
  mutating func defaulted<T: FieldValue>(
    _ name: String, _ value: inout T, default: T, always: Bool,
    check: @autoclosure () -> Check<T>?, doc: String
  ) {
    if value != `default` {
      judge(name, value, check())
    } else if T.hasParts {
      judge(name, value, nil)
    }
  }

  mutating func optional<T: FieldValue>(
    _ name: String, _ value: inout T?, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    if let value { judge(name, value, check()) }
  }

  mutating func rest(_ unknown: inout [UnknownMember], keeping: [String]) {
    if !unknown.isEmpty, !unknown.allSatisfy({ keeping.contains($0.key) }) { hasUnread = true }
  }
}

extension Resource {
  /// What of a stored object a file would be refused for, each field once; fields that are not known
  /// are not among it.
  ///
  /// Costs a fraction of reading the object, unless something is in it that could not be read.
  public func faults() -> [FieldProblem] {
    var context = DecodingContext(.strict)
    let hasUnread = judge(&context)
    var faults: [FieldProblem] = []
    if hasUnread {
      // What could not be read is still there as it was: that says why.
      var reading = DecodingContext(.preserving)
      _ = Self.decode(encode(), &reading)
      faults = reading.problems
    }
    var paths = Set(faults.map(\.path))
    for problem in context.problems + validate() where paths.insert(problem.path).inserted {
      faults.append(problem)
    }
    return faults
  }
}
