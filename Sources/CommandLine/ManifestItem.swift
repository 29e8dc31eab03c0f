// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import ValueTree

/// A resource that a person wrote, and where.
struct ManifestItem {
  var resource: any Resource
  let document: Document
  /// The resource's place in the document: empty unless it stands in a list.
  let path: ValuePath

  var key: ResourceKey { resource.key }

  /// The revision that the resource must have in the datastore; nil when it may be any.
  var revision: String? {
    let revision = resource.metadata.resourceVersion ?? ""
    return revision.isEmpty ? nil : revision
  }

  /// Problems of the resource, each with its place in the file.
  func located(_ problems: [FieldProblem]) -> ResourceError {
    let placed = problems.map { problem in
      var problem = problem
      problem.path.steps.insert(contentsOf: path.steps, at: 0)
      return problem
    }
    return ResourceError(placed, in: document)
  }

  /// What a store answers to the resource; problems of fields with their places in the file.
  func located(_ error: DatastoreError) -> any Error {
    guard case .validation(let problems) = error else { return error }
    return located(problems) as ResourceError
  }
}
