// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import TestSupport
import Testing

extension DatastoreConformance {
  static let writes: [Check] = [
    Check("a created resource has a revision, a UID and a creation time") { store in
      var given = sample("a", "1")
      given.metadata.labels = ["x": "y"]
      let created = try await store.created(given)
      #expect(created.content == "1")
      #expect(created.metadata.labels == ["x": "y"])
      #expect(created.metadata.resourceVersion?.isEmpty == false)
      let uid = try #require(created.metadata.uid)
      #expect(uid.count == 36 && uid.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
      let created2 = try await store.created(sample("b"))
      #expect(created2.metadata.uid != uid)
      let time = try #require(created.metadata.creationTimestamp)
      #expect(time.count == 20 && time.hasSuffix("Z") && time.hasPrefix("20"))
      #expect(try await store.get(GlobalNetworkSet.self, "a") == created)
    },
    Check("creating what exists fails and changes nothing") { store in
      let created = try await store.created(sample("a", "1"))
      let error = await failure { () throws(DatastoreError) in
        try await store.create(sample("a", "2"))
      }
      #expect(shape(error) == "already exists: GlobalNetworkSet(a)")
      #expect(try await store.get(GlobalNetworkSet.self, "a") == created)
    },
    Check("a resource that has a revision cannot be created") { store in
      let created = try await store.created(sample("a", "1"))
      try await store.delete(created.key, revision: nil)
      let error = await failure { () throws(DatastoreError) in try await store.create(created) }
      #expect(shape(error) == "validation")
    },
    Check("an update replaces the resource and gives it another revision") { store in
      let first = try await store.created(sample("a", "1"))
      var changed = first
      changed.metadata.annotations["content"] = "2"
      let second = try await store.updated(changed)
      #expect(second.content == "2")
      #expect(second.revision != first.revision)
      #expect(second.metadata.uid == first.metadata.uid)
      #expect(second.metadata.creationTimestamp == first.metadata.creationTimestamp)
      #expect(try await store.get(GlobalNetworkSet.self, "a") == second)
    },
    Check("an update without the identity keeps it") { store in
      let first = try await store.created(sample("a", "1"))
      var changed = sample("a", "2")
      changed.metadata.resourceVersion = first.metadata.resourceVersion
      let second = try await store.updated(changed)
      #expect(second.metadata.uid == first.metadata.uid)
      #expect(second.metadata.creationTimestamp == first.metadata.creationTimestamp)
      #expect(try await store.get(GlobalNetworkSet.self, "a") == second)
    },
    Check("an update that was based on an older revision conflicts") { store in
      let first = try await store.created(sample("a", "1"))
      var changed = first
      changed.metadata.annotations["content"] = "2"
      let second = try await store.updated(changed)
      let error = await failure { () throws(DatastoreError) in try await store.update(first) }
      #expect(shape(error) == "conflict: GlobalNetworkSet(a)")
      var alien = first
      alien.metadata.resourceVersion = "no revision at all"
      let other = await failure { () throws(DatastoreError) in try await store.update(alien) }
      #expect(shape(other) == "conflict: GlobalNetworkSet(a)")
      #expect(try await store.get(GlobalNetworkSet.self, "a") == second)
    },
    Check("an update needs a revision and an object") { store in
      let error = await failure { () throws(DatastoreError) in
        try await store.update(sample("a", "1"))
      }
      #expect(shape(error) == "validation")
      var missing = sample("a", "1")
      missing.metadata.resourceVersion = "1"
      let other = await failure { () throws(DatastoreError) in try await store.update(missing) }
      #expect(shape(other) == "does not exist: GlobalNetworkSet(a)")
    },
    Check("a delete returns what it deleted") { store in
      let created = try await store.created(sample("a", "1"))
      let deleted = try await store.delete(created.key, revision: nil)
      #expect(deleted as? GlobalNetworkSet == created)
      #expect(try await store.find(GlobalNetworkSet.self, "a") == nil)
      let error = await failure { () throws(DatastoreError) in
        try await store.delete(created.key, revision: nil)
      }
      #expect(shape(error) == "does not exist: GlobalNetworkSet(a)")
    },
    Check("a delete with a revision spares a newer object") { store in
      let first = try await store.created(sample("a", "1"))
      var changed = first
      changed.metadata.annotations["content"] = "2"
      let second = try await store.updated(changed)
      let error = await failure { () throws(DatastoreError) in
        try await store.delete(first.key, revision: first.metadata.resourceVersion)
      }
      #expect(shape(error) == "conflict: GlobalNetworkSet(a)")
      #expect(try await store.get(GlobalNetworkSet.self, "a") == second)
      try await store.delete(first.key, revision: second.metadata.resourceVersion)
      #expect(try await store.find(GlobalNetworkSet.self, "a") == nil)
    },
    Check("what is created again is another object") { store in
      let first = try await store.created(sample("a", "1"))
      try await store.delete(first.key, revision: nil)
      let second = try await store.created(sample("a", "1"))
      #expect(second.metadata.uid != first.metadata.uid)
      #expect(second.revision != first.revision)
      let error = await failure { () throws(DatastoreError) in try await store.update(first) }
      #expect(shape(error) == "conflict: GlobalNetworkSet(a)")
    },
    Check("one name may be used in each kind and namespace") { store in
      _ = try await store.created(sample("a", "global"))
      _ = try await store.created(Tier(name: "a"))
      _ = try await store.created(sample("one", "a", "1"))
      _ = try await store.created(sample("two", "a", "2"))
      #expect(try await store.get(GlobalNetworkSet.self, "a").content == "global")
      #expect(try await store.get(NetworkSet.self, "a", namespace: "one").content == "1")
      #expect(try await store.get(NetworkSet.self, "a", namespace: "two").content == "2")
      try await store.delete(sampleKey("one", "a"), revision: nil)
      #expect(try await store.get(NetworkSet.self, "a", namespace: "two").content == "2")
      #expect(try await store.find(Tier.self, "a") != nil)
    },
    Check("a name, and a namespace where the kind has one, are needed") { store in
      let name = await failure { () throws(DatastoreError) in try await store.create(sample("")) }
      #expect(shape(name) == "missing name")
      let namespace = await failure { () throws(DatastoreError) in
        try await store.create(NetworkSet(name: "a"))
      }
      #expect(shape(namespace) == "missing namespace")
      let get = await failure { () throws(DatastoreError) in try await store.get(sampleKey("")) }
      #expect(shape(get) == "missing name")
      let delete = await failure { () throws(DatastoreError) in
        try await store.delete(ResourceKey(kind: .networkSet, name: "a"), revision: nil)
      }
      #expect(shape(delete) == "missing namespace")
    },
    Check("of writers who read the same revision one wins") { store in
      let start = try await store.created(sample("a", "0"))
      let winners = await withTaskGroup(of: Bool.self) { group in
        for writer in 1...8 {
          group.addTask {
            var mine = start
            mine.metadata.annotations["content"] = "\(writer)"
            return (try? await store.updated(mine)) != nil
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(winners == 1)
    },
    Check("counting by compare-and-swap loses nothing") { store in
      _ = try await store.created(sample("a", "0"))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<6 {
          group.addTask {
            var left = 10
            while left > 0 {
              var mine = try await store.get(GlobalNetworkSet.self, "a")
              mine.metadata.annotations["content"] = "\((Int(mine.content) ?? -1000) + 1)"
              do {
                _ = try await store.updated(mine)
                left -= 1
              } catch DatastoreError.updateConflict {
                continue
              }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await store.get(GlobalNetworkSet.self, "a").content == "60")
    },
    Check("a commit applies all its operations in order, or says that it does not") { store in
      let old = try await store.created(sample("old", "0"))
      let operations: [WriteOperation] = [
        .create(sample("a", "1")), .update(old), .create(sample("n", "b", "2")),
        .delete(sampleKey("a"), revision: nil), .create(sample("a", "3")),
      ]
      guard store.commitsAtomically else {
        let error = await failure { () throws(DatastoreError) in
          try await store.commit(operations)
        }
        #expect(shape(error) == "not supported")
        return
      }
      let results = try await store.commit(operations)
      #expect(results.map(\.key.name) == ["a", "old", "b", "a", "a"])
      #expect(results.map(\.content) == ["1", "0", "2", "1", "3"])
      #expect(try await store.get(GlobalNetworkSet.self, "a").content == "3")
      #expect(try await store.get(GlobalNetworkSet.self, "a") == results[4] as? GlobalNetworkSet)
      #expect(try await store.get(NetworkSet.self, "b", namespace: "n").content == "2")
    },
    Check("a commit of which one operation fails changes nothing") { store in
      guard store.commitsAtomically else { return }
      let old = try await store.created(sample("old", "0"))
      let before = try await store.list(ListQuery(.globalNetworkSet))
      let failing: [(WriteOperation, String)] = [
        (.create(sample("old")), "already exists: GlobalNetworkSet(old)"),
        (.delete(sampleKey("missing"), revision: nil), "does not exist: GlobalNetworkSet(missing)"),
        (.delete(sampleKey("old"), revision: "0"), "conflict: GlobalNetworkSet(old)"),
        (.update(sample("old")), "validation"),
      ]
      for (operation, expected) in failing {
        let error = await failure { () throws(DatastoreError) in
          try await store.commit([.create(sample("new")), operation, .create(sample("newer"))])
        }
        #expect(shape(error) == expected)
      }
      let after = try await store.list(ListQuery(.globalNetworkSet))
      #expect(after.items as? [GlobalNetworkSet] == [old])
      #expect(after.revision == before.revision)
    },
    Check("an empty commit does nothing, one of one operation is a write") { store in
      let nothing = try await store.commit([])
      #expect(nothing.isEmpty)
      let one = try await store.commit([.create(sample("a", "1"))])
      #expect(one.map(\.content) == ["1"])
    },
  ]
}
