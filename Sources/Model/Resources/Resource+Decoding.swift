// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

extension Resource {
  /// Reads one resource of this kind.
  ///
  /// - Parameter strict: whether it is people's input, where every unknown field, wrong value and
  ///   broken rule is an error, or a stored object, of which only the form must be right.
  public static func decode(
    _ document: Document, strict: Bool
  ) throws(ResourceError) -> Self {
    var context = DecodingContext(strict ? .strict : .preserving)
    guard let resource = Self.decode(document.value, &context), context.problems.isEmpty else {
      throw ResourceError(context.problems, in: document)
    }
    let problems = strict ? resource.validate() : []
    if !problems.isEmpty { throw ResourceError(problems, in: document) }
    return resource
  }

  /// Reads a stored object, keeping what is unknown or invalid in it.
  ///
  /// Errors: the value is no map.
  public static func decodeStored(
    _ value: Value
  ) throws(ResourceError) -> (resource: Self, problems: [FieldProblem]) {
    var context = DecodingContext(.preserving)
    guard let resource = Self.decode(value, &context) else {
      throw ResourceError(context.problems)
    }
    return (resource, context.problems)
  }
}
