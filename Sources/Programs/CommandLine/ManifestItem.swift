// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import ValueTree

/// A resource that a person wrote, and where.
struct ManifestItem {
  /// What was written; of what is refused, as much as could be read.
  var resource: any Resource
  let document: Document
  /// The resource's place in the document: empty unless it stands in a list.
  let path: ValuePath
  /// Why nothing is done with it; nil when something is.
  var refusal: Refusal?

  var key: ResourceKey { resource.key }

  /// The revision that the resource must have in the datastore; nil when it may be any.
  var revision: String? {
    let revision = resource.metadata.resourceVersion ?? ""
    return revision.isEmpty ? nil : revision
  }

  /// Why it is refused that has these problems, whose paths begin at the resource.
  func located(_ problems: [FieldProblem]) -> Refusal {
    let placed = problems.map { problem in
      var problem = problem
      problem.path.steps.insert(contentsOf: path.steps, at: 0)
      return problem
    }
    return Refusal(placed, in: document)
  }

  /// What a store answers to the resource; problems of fields with their places in the file.
  func located(_ error: DatastoreError) -> any Error {
    guard case .validation(let problems) = error else { return error }
    return located(problems) as Refusal
  }
}
