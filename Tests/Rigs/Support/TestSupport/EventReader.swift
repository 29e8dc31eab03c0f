// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import Resources

/// Reads the events of a watch one by one, as short texts: "set a=1", "deleted a".
public struct EventReader {
  private var iterator: AsyncThrowingStream<WatchEvent, any Error>.Iterator
  /// What the last progress said.
  public private(set) var progress: String?

  public init(_ stream: AsyncThrowingStream<WatchEvent, any Error>) {
    iterator = stream.makeAsyncIterator()
  }

  /// The next event that is not progress.
  public mutating func next() async throws -> String? {
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

  public mutating func next(_ count: Int) async throws -> [String] {
    var events: [String] = []
    while events.count < count, let event = try await next() { events.append(event) }
    return events
  }

  /// Reads on until the store says how far it is.
  public mutating func nextProgress() async throws -> String? {
    while let event = try await iterator.next() {
      if case .progress(let revision) = event { return revision }
    }
    return nil
  }
}
