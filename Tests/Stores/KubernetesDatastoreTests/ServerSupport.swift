// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import Resources
import StoreRig
import Testing
import ValueTree

@testable import KubernetesDatastore

extension KubernetesServer {
  /// How a user reaches it, through a proxy if one is given.
  func access(
    as user: KubernetesUser = .administrator, through proxy: TCPProxy? = nil
  ) throws -> ClusterAccess {
    var access = try ClusterAccess.kubeconfig(file: kubeconfigFile(of: user))
    if let proxy { access.server = "https://127.0.0.1:\(proxy.port)" }
    return access
  }

  func store(
    as user: KubernetesUser = .administrator, through proxy: TCPProxy? = nil,
    _ change: (inout KubernetesDatastore.Options) -> Void = { _ in }
  ) throws -> KubernetesDatastore {
    var options = KubernetesDatastore.Options()
    change(&options)
    return try KubernetesDatastore(try access(as: user, through: proxy), options: options)
  }

  /// Makes a pod that is on a node, as a scheduler and a kubelet leave it before it is attached.
  func makePod(
    _ name: String, in namespace: String, node: String, labels: [String: String] = [:]
  ) throws {
    try apply([
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(name), "namespace": .string(namespace),
        "labels": .object(
          labels.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      ],
      "spec": [
        "nodeName": .string(node), "automountServiceAccountToken": false,
        "containers": [
          [
            "name": "c", "image": "x",
            "ports": [["name": "web", "containerPort": 8080, "protocol": "TCP"]],
          ]
        ],
      ],
    ])
  }
}

/// A word that no other test uses.
func unique(_ word: String) -> String { "\(word)-\(UInt32.random(in: 0 ... .max))" }

/// Reads the events of a watch that are about some names.
struct Events {
  private var iterator: AsyncThrowingStream<WatchEvent, any Error>.Iterator
  private let isMeant: (ResourceKey) -> Bool
  private(set) var progress: String?

  init(
    _ stream: AsyncThrowingStream<WatchEvent, any Error>,
    where isMeant: @escaping (ResourceKey) -> Bool = { _ in true }
  ) {
    iterator = stream.makeAsyncIterator()
    self.isMeant = isMeant
  }

  mutating func next() async throws -> WatchEvent? {
    while let event = try await iterator.next() {
      switch event {
      case .set(let resource): if isMeant(resource.key) { return event }
      case .deleted(let key): if isMeant(key) { return event }
      case .malformed(let object): if isMeant(object.key) { return event }
      case .progress(let revision): progress = revision
      }
    }
    return nil
  }

  mutating func text() async throws -> String? {
    switch try await next() {
    case .set(let resource): "set \(resource.key)"
    case .deleted(let key): "deleted \(key)"
    case .malformed(let object): "malformed \(object.key)"
    default: nil
    }
  }
}
