// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import Resources
import ValueTree

extension DatastoreError {
  /// What a failed call of the API means to a user of the datastore.
  ///
  /// - Parameter key: the resource that the call was about.
  init(_ error: KubernetesError, _ key: ResourceKey, _ resource: APIResource) {
    switch error {
    case .status(let status): self = Self.error(status, key, resource)
    case .unauthorized(let text): self = .unauthorized(text)
    case .unreachable(let text), .unknownOutcome(let text): self = .unavailable(text)
    case .configuration(let text), .malformed(let text), .tooLarge(let text): self = .failed(text)
    case .closed: self = .unavailable("the datastore is closed")
    case .cancelled: self = .cancelled
    }
  }

  private static func error(
    _ status: KubernetesStatus, _ key: ResourceKey, _ resource: APIResource
  ) -> DatastoreError {
    switch status.code {
    case 403:
      return .unauthorized(
        "\(status.message); give the account this right with a ClusterRole and a ClusterRoleBinding"
      )
    case 404:
      if status.kind == "namespaces", status.name == key.namespace, resource.plural != "namespaces"
      {
        return .failed("\(key): the namespace '\(status.name)' does not exist; create it first")
      }
      if !status.name.isEmpty { return .doesNotExist(key) }
      return .failed(
        "the Kubernetes API has no \(resource); install Calico's custom resource definitions: "
          + "kubectl apply -f Manifests/crds")
    case 409:
      return status.reason == "AlreadyExists" ? .alreadyExists(key) : .updateConflict(key)
    case 410:
      return .watchTerminated("\(status.message); list again")
    case 422:
      let problems = status.causes.prefix(100).map { cause in
        FieldProblem(path: path(cause.field), message: cause.message)
      }
      return .validation(
        problems.isEmpty ? [FieldProblem(message: status.message)] : Array(problems))
    case 413:
      return tooLarge(key, status)
    case 429:
      return .unavailable("the Kubernetes API is overloaded: \(status)")
    case 500... where status.message.contains("too large"):
      return tooLarge(key, status)
    case 500...:
      return .unavailable("the Kubernetes API failed: \(status)")
    default:
      return .failed("\(key): \(status)")
    }
  }

  private static func tooLarge(
    _ key: ResourceKey, _ status: KubernetesStatus
  ) -> DatastoreError {
    .validation([
      FieldProblem(
        message:
          "\(key) is larger than the Kubernetes API stores, some 1.5 MB; split it (\(status))")
    ])
  }

  /// `spec.ingress[0].action`, as the API writes paths.
  private static func path(_ text: String) -> ValuePath {
    var path = ValuePath()
    for part in text.split(separator: ".") {
      let pieces = part.split(separator: "[")
      guard let name = pieces.first else { continue }
      path.steps.append(.key(String(name)))
      for piece in pieces.dropFirst() {
        let inner = piece.hasSuffix("]") ? piece.dropLast() : piece
        path.steps.append(Int(inner).map { .index($0) } ?? .key(String(inner)))
      }
    }
    return path
  }
}
