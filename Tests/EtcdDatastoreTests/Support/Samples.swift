// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// A global object whose content is one text.
func sample(_ name: String, _ content: String = "") -> GlobalNetworkSet {
  var set = GlobalNetworkSet(name: name)
  set.metadata.annotations["content"] = content
  return set
}

/// A namespaced object whose content is one text.
func sample(_ namespace: String, _ name: String, _ content: String) -> NetworkSet {
  var set = NetworkSet(name: name, namespace: namespace)
  set.metadata.annotations["content"] = content
  return set
}

func sampleKey(_ name: String) -> ResourceKey {
  ResourceKey(kind: .globalNetworkSet, name: name)
}

func sampleKey(_ namespace: String, _ name: String) -> ResourceKey {
  ResourceKey(kind: .networkSet, namespace: namespace, name: name)
}

extension Resource {
  var content: String { metadata.annotations["content"] ?? "-" }
  var revision: String { metadata.resourceVersion ?? "-" }
}

/// Reads the events of a watch one by one, as short texts: "set a=1", "deleted a".
struct EventReader {
  private var iterator: AsyncThrowingStream<WatchEvent, any Error>.Iterator
  /// What the last progress said.
  private(set) var progress: String?

  init(_ stream: AsyncThrowingStream<WatchEvent, any Error>) {
    iterator = stream.makeAsyncIterator()
  }

  /// The next event that is not progress.
  mutating func next() async throws -> String? {
    while let event = try await iterator.next() {
      switch event {
      case .set(let resource): return "set \(resource.key.name)=\(resource.content)"
      case .deleted(let key): return "deleted \(key.name)"
      case .malformed(let object): return "malformed \(object.key.name)"
      case .progress(let revision): progress = revision
      }
    }
    return nil
  }

  mutating func next(_ count: Int) async throws -> [String] {
    var events: [String] = []
    while events.count < count, let event = try await next() { events.append(event) }
    return events
  }

  /// Reads on until the store says how far it is.
  mutating func nextProgress() async throws -> String? {
    while let event = try await iterator.next() {
      if case .progress(let revision) = event { return revision }
    }
    return nil
  }
}
