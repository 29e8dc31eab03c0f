// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import TestSupport
import Testing
import ValueTree

extension DatastoreConformance {
  static let reads: [Check] = [
    Check("reading what is not there says so") { store in
      let error = await failure { () throws(DatastoreError) in
        try await store.get(sampleKey("n", "a"))
      }
      #expect(shape(error) == "does not exist: NetworkSet(n/a)")
    },
    Check("a list has one kind, ordered by key") { store in
      #expect(try await store.list(ListQuery(.networkSet)).items.isEmpty)
      for (namespace, name) in [("b", "x"), ("a", "z"), ("a", "y"), ("a-b", "x")] {
        _ = try await store.create(sample(namespace, name, ""))
      }
      _ = try await store.create(sample("y"))
      let list = try await store.list(ListQuery(.networkSet))
      #expect(
        list.items.map(\.key.description) == [
          "NetworkSet(a/y)", "NetworkSet(a/z)", "NetworkSet(a-b/x)", "NetworkSet(b/x)",
        ])
      #expect(list.items.map(\.key) == list.items.map(\.key).sorted())
      #expect(list.malformed.isEmpty)
    },
    Check("a list is narrowed by namespace and by the begin of the name") { store in
      for namespace in ["a", "ab"] {
        for name in ["node1-x", "node1-y", "node10-x", "node.1-x", "node-x", "nodf-x", "no"] {
          _ = try await store.create(sample(namespace, name, ""))
        }
      }
      func names(_ namespace: String?, _ prefix: String?) async throws -> [String] {
        try await store.list(ListQuery(.networkSet, namespace: namespace, namePrefix: prefix))
          .items.map { "\($0.key.namespace ?? "")/\($0.key.name)" }
      }
      #expect(try await names("a", "node1-") == ["a/node1-x", "a/node1-y"])
      #expect(try await names(nil, "node1-x") == ["a/node1-x", "ab/node1-x"])
      #expect(try await names("ab", "node.") == ["ab/node.1-x"])
      #expect(try await names("ab", "node-") == ["ab/node-x"])
      #expect(try await names("ab", "").count == 7)
      #expect(try await names("ab", nil).count == 7)
      #expect(try await names(nil, nil).count == 14)
      #expect(try await names("b", nil).isEmpty)
      #expect(try await names("a", "node1-xx").isEmpty)
    },
    Check("what a newer version wrote is kept, wherever it stands") { store in
      var given = sample("a", "1")
      given.unknown = [.init("future", ["deep": ["er": 1]])]
      given.metadata.unknown = [.init("futureMeta", .array([1, "two", .null]))]
      given.spec.unknown = [.init("futureSpec", .object([.init("half", .double(0.5))]))]
      let created = try await store.created(given)
      #expect(created.unknown == given.unknown)
      let read = try await store.get(GlobalNetworkSet.self, "a")
      #expect(read == created)
      #expect(read.metadata.unknown == given.metadata.unknown)
      #expect(read.spec.unknown == given.spec.unknown)
      var changed = read
      changed.metadata.labels["x"] = "y"
      _ = try await store.updated(changed)
      let list = try await store.all(GlobalNetworkSet.self)
      #expect(list.first?.unknown == given.unknown)
      #expect(list.first?.metadata.unknown == given.metadata.unknown)
      #expect(list.first?.spec.unknown == given.spec.unknown)
    },
    Check("text of every kind comes back as it was") { store in
      let texts = [
        "", "\u{0}", "\"\\\n\t", "häß 🐈‍⬛", "e\u{301}", "\u{10ffff}", "'; DROP TABLE objects",
      ]
      for (index, text) in texts.enumerated() {
        var given = sample("n\(index)", text)
        given.metadata.labels[text] = text
        _ = try await store.create(given)
      }
      let read = try await store.all(GlobalNetworkSet.self)
      #expect(read.map { Array($0.content.utf8) } == texts.map { Array($0.utf8) })
      #expect(read.map { $0.metadata.labels } == texts.map { [$0: $0] })
    },
    Check("ten thousand objects are listed completely") { store in
      let count = 10_000
      var made = 0
      while made < count {
        let batch = (made..<made + 100).map { WriteOperation.create(sample("n-\($0)", "\($0)")) }
        if store.commitsAtomically {
          try await store.commit(batch)
        } else {
          try await withThrowingTaskGroup(of: Void.self) { group in
            for operation in batch { group.addTask { try await store.commit([operation]) } }
            try await group.waitForAll()
          }
        }
        made += 100
      }
      let list = try await store.list(ListQuery(.globalNetworkSet))
      #expect(Set(list.items.map(\.content)) == Set((0..<count).map { "\($0)" }))
      #expect(list.items.count == count)
      let some = try await store.list(ListQuery(.globalNetworkSet, namePrefix: "n-77"))
      #expect(some.items.count == 111)
    },
  ]
}
