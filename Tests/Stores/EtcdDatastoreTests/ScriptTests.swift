// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FoundationEssentials
import GRPCCore
import Glibc
import Resources
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import EtcdDatastore

@Suite("What a server says only once in a long while", .timeLimit(.minutes(2)))
struct ScriptTests {
  private let query = ListQuery(.globalNetworkSet)

  private static func header(_ revision: Int64) -> Etcdserverpb_ResponseHeader {
    .with { $0.revision = revision }
  }

  private static func path(_ name: String) -> String {
    "/calico/resources/v3/projectcalico.org/globalnetworksets/\(name)"
  }

  private static func pair(
    _ resource: any Resource, _ revision: Int64
  ) throws -> Etcdserverpb_KeyValue {
    let json = try StoredObject.json(of: resource)
    return .with {
      $0.key = Data(Self.path(resource.key.name).utf8)
      $0.value = Data(json)
      $0.createRevision = revision
      $0.modRevision = revision
      $0.version = 1
    }
  }

  private static func put(_ name: String, _ revision: Int64) throws -> Etcdserverpb_Event {
    let pair = try pair(sample(name), revision)
    return .with {
      $0.type = .put
      $0.kv = pair
    }
  }

  /// What a consumer gets of a watch from revision 10 on, until the stream ends.
  private func watched(
    _ answers: [Etcdserverpb_WatchResponse]
  ) async throws -> [String] {
    var script = ScriptedEtcd.Script()
    script.watch = { writer in
      try await writer.write(
        .with {
          $0.header = Self.header(10)
          $0.created = true
        })
      for answer in answers { try await writer.write(answer) }
    }
    let server = try await ScriptedEtcd(script)
    let store = try await server.open()
    var seen: [String] = []
    do {
      for try await event in try await store.watch(query, from: "10") {
        switch event {
        case .set(let resource): seen.append("set \(resource.key.name)")
        case .deleted(let key): seen.append("deleted \(key.name)")
        case .malformed(let object): seen.append("malformed \(object.key.name)")
        case .progress(let revision): seen.append("up to \(revision)")
        }
      }
    } catch DatastoreError.watchTerminated {}
    await store.close()
    await server.stop()
    return seen
  }

  /// etcd answers such a question for all watches of a stream, from its own revision, while events
  /// of some may still wait to be sent.
  @Test("an answer about progress that is ahead of events is not where to go on")
  func progressAhead() async throws {
    let event = try Self.put("a", 50)
    let seen = try await watched([
      .with {
        $0.header = Self.header(60)
        $0.watchID = -1
      },
      .with {
        $0.header = Self.header(60)
        $0.events = [event]
      },
      .with { $0.header = Self.header(70) },
    ])
    #expect(seen == ["up to 10", "set a", "up to 50", "up to 70"])
  }

  @Test("of a revision in several pieces nothing was told before the last of them")
  func pieces() async throws {
    let events = try ["a", "b", "c"].map { try Self.put($0, 50) }
    var answers = events.map { event in
      Etcdserverpb_WatchResponse.with {
        $0.header = Self.header(50)
        $0.events = [event]
        $0.fragment = true
      }
    }
    answers[2].fragment = false
    // Between two pieces somebody asks.
    answers.insert(
      .with {
        $0.header = Self.header(50)
        $0.watchID = -1
      }, at: 1)
    #expect(
      try await watched(answers) == ["set a", "up to 10", "set b", "set c", "up to 50"])
  }

  @Test("what a watch tells again from before its start is left out")
  func before() async throws {
    let events = try [("old", 10), ("new", 11)].map { try Self.put($0.0, $0.1) }
    let seen = try await watched([
      .with {
        $0.header = Self.header(11)
        $0.events = events
      }
    ])
    #expect(seen == ["set new", "up to 11"])
  }

  /// The answers to a create: the first is lost, then the key is there.
  private func lostCreate(
    stored: @escaping @Sendable (Data) throws -> Etcdserverpb_KeyValue?
  ) async throws -> (result: Result<any Resource, DatastoreError>, transactions: Int) {
    let sent = Mutex<[Data]>([])
    var script = ScriptedEtcd.Script()
    script.transaction = { request in
      let value = request.success.first?.requestPut.value ?? Data()
      let count = sent.withLock { sent in
        sent.append(value)
        return sent.count
      }
      if count == 1 {
        throw RPCError(code: .unavailable, message: "etcdserver: request timed out")
      }
      return .with {
        $0.header = Self.header(30)
        $0.succeeded = false
      }
    }
    script.range = { _ in
      let first = sent.withLock { $0.first } ?? Data()
      let pair = try stored(first)
      return .with {
        $0.header = Self.header(30)
        $0.kvs = pair.map { [$0] } ?? []
      }
    }
    let server = try await ScriptedEtcd(script)
    let store = try await server.open()
    let result: Result<any Resource, DatastoreError>
    do throws(DatastoreError) {
      result = .success(try await store.create(sample("a", "1")))
    } catch {
      result = .failure(error)
    }
    await store.close()
    await server.stop()
    return (result, sent.withLock { $0.count })
  }

  @Test("what was created is known again when the answer was lost")
  func lostAnswer() async throws {
    let (result, transactions) = try await lostCreate { value in
      .with {
        $0.key = Data(Self.path("a").utf8)
        $0.value = value
        $0.modRevision = 21
      }
    }
    let resource = try result.get()
    #expect(resource.resourceVersion == "21" && resource.metadata.uid?.isEmpty == false)
    #expect(transactions == 2)
  }

  @Test("what somebody else has created meanwhile is not taken for one's own, equal or not")
  func somebodyElse() async throws {
    for content in ["1", "2"] {
      let (result, _) = try await lostCreate { value in
        // Equal but for the identity, which every creation has of its own.
        var other = sample("a", content)
        let ours = try StoredObject(key: other.key, revision: 1, json: Array(value)).decoded().get()
        other.metadata = ours.metadata
        other.metadata.resourceVersion = nil
        other.metadata.uid = Identity.makeUID()
        return try Self.pair(other, 22)
      }
      guard case .failure(.unavailable(let reason)) = result else {
        Issue.record("\(result)")
        continue
      }
      #expect(reason.contains("it is not known whether"), "\(reason)")
    }
    // Or it was there and is gone again.
    let (result, _) = try await lostCreate { _ in nil }
    guard case .failure(.unavailable) = result else { throw try #require(result.failure) }
  }

  /// What a decoder does, to be looked at.
  private struct Decoding {
    var begun = 0
    var ended = 0
    var isReleased = false
  }

  @Test("a list of which a page fails leaves nobody at work, and asks for all at one revision")
  func failedPage() async throws {
    let requests = Mutex<[Etcdserverpb_RangeRequest]>([])
    let decoding = Mutex(Decoding())
    let pairs = try (100..<200).map { try Self.pair(sample("n\($0)"), 5) }
    var script = ScriptedEtcd.Script()
    script.range = { request in
      let count = requests.withLock { requests in
        requests.append(request)
        return requests.count
      }
      if count == 1 {
        return .with {
          $0.header = Self.header(7)
          $0.kvs = pairs
          $0.more = true
        }
      }
      while decoding.withLock({ $0.begun == 0 }) { try await Task.sleep(for: .milliseconds(1)) }
      throw RPCError(code: .permissionDenied, message: "not this page")
    }
    let server = try await ScriptedEtcd(script)
    let store = try await server.open()
    await #expect(throws: CallFailure.self) {
      _ = try await store.read(query) { places, _ in
        decoding.withLock { $0.begun += 1 }
        // Until nobody wants it, or the test is over.
        while !Task.isCancelled, decoding.withLock({ !$0.isReleased }) { usleep(1000) }
        decoding.withLock { $0.ended += 1 }
        return places.count
      }
    }
    decoding.withLock { decoding in
      #expect(decoding.begun == 1 && decoding.ended == 1)
      decoding.isReleased = true
    }
    requests.withLock { requests in
      #expect(requests.map(\.revision) == [0, 7])
      #expect(requests.last?.key == Data(Self.path("n199").utf8) + [0])
    }
    await store.close()
    await server.stop()
  }
}

extension Result {
  fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
