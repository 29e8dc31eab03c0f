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

  /// What it means to whoever lists a collection of Kubernetes' own.
  init(_ error: KubernetesError, listing resource: APIResource) {
    switch error {
    case .status(let status) where status.code == 404:
      self = .failed("this version of Kubernetes has no \(resource)")
    case .status(let status) where status.code == 403: self = Self.forbidden(status)
    case .status(let status) where status.isGone:
      self = .watchTerminated("\(status.message); list again")
    case .status(let status) where status.code == 429 || status.code >= 500:
      self = .unavailable("the Kubernetes API failed: \(status)")
    case .status(let status): self = .failed("listing \(resource): \(status)")
    case .unauthorized(let text): self = .unauthorized(text)
    case .unreachable(let text), .unknownOutcome(let text): self = .unavailable(text)
    case .configuration(let text), .malformed(let text), .tooLarge(let text): self = .failed(text)
    case .closed: self = .unavailable("the datastore is closed")
    case .cancelled: self = .cancelled
    }
  }

  /// Why a watch cannot go on.
  ///
  /// - Parameter what: what was watched: `Node resources`.
  init(_ error: KubernetesError, endingWatchOf what: String) {
    switch error {
    case .cancelled: self = .cancelled
    case .status(let status) where status.isGone:
      self = .watchTerminated("the revision is no longer kept: \(status.message)")
    case .status(let status) where status.code == 403 || status.code == 401:
      self = .unauthorized("watching \(what): \(status.message)")
    case .unauthorized(let text): self = .unauthorized(text)
    default: self = .watchTerminated("\(error)")
    }
  }

  private static func forbidden(_ status: KubernetesStatus) -> DatastoreError {
    .unauthorized(
      "\(status.message); give the account this right with a ClusterRole and a ClusterRoleBinding")
  }

  private static func error(
    _ status: KubernetesStatus, _ key: ResourceKey, _ resource: APIResource
  ) -> DatastoreError {
    switch status.code {
    case 403 where status.message.contains("exceeded quota"):
      return .failed(
        "\(key): \(status.message); raise the ResourceQuota of the namespace, or delete what is not "
          + "needed")
    case 403:
      return forbidden(status)
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
    case 500... where status.message.contains("database space exceeded"):
      return .unavailable(
        "the etcd of the Kubernetes API is full (\(status)): compact and defragment it or raise its "
          + "--quota-backend-bytes, then run 'etcdctl alarm disarm'")
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
