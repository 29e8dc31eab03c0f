// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A resource as a store holds it, with what of it this version cannot read.
///
/// Nothing of the stored object is lost: what is unknown or invalid is written back as it was. But
/// where there are problems the typed fields do not say all that the object says, so an object with
/// problems must not be enforced or acted upon.
public struct StoredResource: Sendable {
  public var resource: any Resource
  public var problems: [FieldProblem]

  public init(resource: any Resource, problems: [FieldProblem]) {
    self.resource = resource
    self.problems = problems
  }
}
