// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// One resource of a document that people wrote, with what is wrong with it.
public struct DocumentItem: Sendable {
  /// Where it stands in the document: empty unless it stands in a list.
  public let path: ValuePath
  /// What it is read as. Where there are problems, that is not all that was written.
  public let resource: any Resource
  /// All that is wrong with it; their paths begin at the top of the document.
  public let problems: [FieldProblem]
  /// What is to be told of it although it is read; their paths begin there too.
  public let warnings: [FieldProblem]
  /// Whether it can be relied on for what it names: each field stands where it belongs and has the
  /// right form, and only values in the spec may be wrong.
  public let isNamed: Bool

  init<R: Resource>(_ value: Value, at path: ValuePath, _ type: R.Type) {
    var context = DecodingContext(.strict)
    let read = R.decode(value, &context)
    let resource = read ?? R()
    var found = context.problems
    isNamed = read != nil && (found.isEmpty || Self.hasForm(value, found, type))
    if found.isEmpty { found = resource.validate() }
    func placed(_ problem: FieldProblem) -> FieldProblem {
      var placed = problem
      placed.path.steps.insert(contentsOf: path.steps, at: 0)
      return placed
    }
    self.path = path
    self.resource = resource
    problems = found.map(placed)
    warnings = context.warnings.map(placed)
  }

  private static func hasForm<R: Resource>(
    _ value: Value, _ problems: [FieldProblem], _ type: R.Type
  ) -> Bool {
    // Only so many are noted: what is behind them is not known.
    guard problems.count < DecodingContext.problemLimit,
      problems.allSatisfy({ !$0.isUnknownField && $0.path.steps.first == .key("spec") })
    else { return false }
    return (try? type.decodeStored(value))?.problems.isEmpty ?? false
  }
}
