// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import TestSupport
import Testing

extension DatastoreConformance {
  private static let query = ListQuery(.globalNetworkSet)

  static let watches: [Check] = [
    Check("a watch tells what happens after the list, in order") { store in
      _ = try await store.create(sample("old", "0"))
      let list = try await store.list(query)
      var events = EventReader(try await store.watch(query, from: list.revision))
      let a = try await store.created(sample("a", "1"))
      #expect(try await events.next() == "set a=1")
      var changed = a
      changed.metadata.annotations["content"] = "2"
      _ = try await store.updated(changed)
      #expect(try await events.next() == "set a=2")
      _ = try await store.create(sample("b", "1"))
      try await store.delete(a.key, revision: nil)
      #expect(try await events.next(2) == ["set b=1", "deleted a"])
      _ = try await store.create(sample("a", "3"))
      #expect(try await events.next() == "set a=3")
    },
    Check("an object in a watch is the one that a read gives") { store in
      let list = try await store.list(query)
      let stream = try await store.watch(query, from: list.revision)
      let created = try await store.created(sample("a", "1"))
      for try await event in stream {
        guard case .set(let resource) = event else { continue }
        #expect(resource as? GlobalNetworkSet == created)
        break
      }
    },
    Check("a watch has its kind, namespace and names only") { store in
      let start = try await store.list(query).revision
      let narrow = ListQuery(.networkSet, namespace: "n", namePrefix: "x-")
      var events = EventReader(try await store.watch(narrow, from: start))
      _ = try await store.create(sample("x-1", "other kind"))
      _ = try await store.create(sample("m", "x-1", "other namespace"))
      _ = try await store.create(sample("n", "y-1", "other name"))
      try await store.delete(sampleKey("m", "x-1"), revision: nil)
      _ = try await store.create(sample("n", "x-1", "this one"))
      #expect(try await events.next() == "set x-1=this one")
    },
    Check("a watch from an earlier revision catches up with what happened meanwhile") { store in
      let kept = try await store.created(sample("kept", "0"))
      _ = try await store.create(sample("gone", "0"))
      let start = try await store.list(query).revision
      try await store.delete(sampleKey("gone"), revision: nil)
      _ = try await store.create(sample("new", "1"))
      _ = try await store.create(sample("brief", "1"))
      try await store.delete(sampleKey("brief"), revision: nil)
      var changed = kept
      for content in ["1", "2", "3"] {
        changed.metadata.annotations["content"] = content
        changed = try await store.updated(changed)
      }
      var events = EventReader(try await store.watch(query, from: start))
      // A store may leave out what was overwritten meanwhile, but not the last of each key, nor a
      // deletion.
      var last: [String: String] = [:]
      while last["kept"] != "set kept=3", let event = try await events.next() {
        let name = event.split(whereSeparator: { " =".contains($0) })[1]
        last[String(name)] = event
      }
      #expect(
        last == [
          "gone": "deleted gone", "new": "set new=1", "brief": "deleted brief",
          "kept": "set kept=3",
        ])
    },
    Check("what is deleted and created again is seen deleted first") { store in
      let first = try await store.created(sample("a", "1"))
      let start = try await store.list(query).revision
      try await store.delete(first.key, revision: nil)
      _ = try await store.create(sample("a", "2"))
      var events = EventReader(try await store.watch(query, from: start))
      #expect(try await events.next(2) == ["deleted a", "set a=2"])
    },
    Check("a watch resumes from where it said it was") { store in
      let start = try await store.list(query).revision
      var events = EventReader(try await store.watch(query, from: start))
      _ = try await store.create(sample("a", "1"))
      #expect(try await events.next() == "set a=1")
      let progress = try #require(try await events.nextProgress())
      _ = try await store.create(sample("b", "1"))
      var resumed = EventReader(try await store.watch(query, from: progress))
      #expect(try await resumed.next() == "set b=1")
      #expect(try await events.next() == "set b=1")
    },
    Check("several watches see the same") { store in
      let start = try await store.list(query).revision
      var readers: [EventReader] = []
      for _ in 0..<5 { readers.append(EventReader(try await store.watch(query, from: start))) }
      for index in 0..<20 { _ = try await store.create(sample("n\(index)", "\(index)")) }
      for index in readers.indices {
        let expected = (0..<20).map { "set n\($0)=\($0)" }
        #expect(try await readers[index].next(20) == expected)
      }
    },
    Check("a watch from what is no revision ends at once") { store in
      for revision in ["", "never"] {
        let error = await failure { () throws(DatastoreError) in
          try await store.watch(query, from: revision)
        }
        #expect(shape(error) == "watch terminated", "from '\(revision)'")
      }
    },
    Check("a watch whose task is cancelled ends") { store in
      let start = try await store.list(query).revision
      let watching = Task {
        for try await _ in try await store.watch(query, from: start) {}
      }
      watching.cancel()
      _ = await watching.result
    },
    Check("after close, calls fail and watches end") { store in
      let start = try await store.list(query).revision
      let stream = try await store.watch(query, from: start)
      let waiting = Task { () -> String in
        var events = EventReader(stream)
        do {
          return try await events.next() ?? "ended"
        } catch let error as DatastoreError {
          return shape(error)
        }
      }
      await store.close()
      #expect(try await waiting.value == "watch terminated")
      let error = await failure { () throws(DatastoreError) in try await store.list(query) }
      #expect(shape(error) == "unavailable")
    },
  ]
}
