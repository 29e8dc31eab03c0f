// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoresUnderTest
import TestSupport
import Testing
import ValueTree

extension DatastoreConformance {
  static let kinds: [Check] = [
    Check("every kind that may be written is created, read, listed, changed and deleted") {
      store, subject in
      for kind in subject.writtenKinds {
        let given = try KindSample.resource(kind)
        let created = try await store.create(given)
        #expect(created.key == given.key)
        let read = try await store.get(given.key)
        #expect(read.encode()["spec"] == given.encode()["spec"], "\(kind)")
        #expect(read.revision == created.revision)
        let list = try await store.list(ListQuery(kind))
        #expect(list.items.map(\.key).contains(given.key), "\(kind)")
        #expect(list.malformed.isEmpty)
        let again = await failure { () throws(DatastoreError) in try await store.create(given) }
        #expect(shape(again) == "already exists: \(given.key)")
        let updated = try await store.update(read)
        #expect(updated.key == given.key)
        let old = await failure { () throws(DatastoreError) in
          try await store.delete(given.key, revision: "1")
        }
        #expect(shape(old) == "conflict: \(given.key)")
        try await store.delete(given.key, revision: updated.metadata.resourceVersion)
        let gone = await failure { () throws(DatastoreError) in try await store.get(given.key) }
        #expect(shape(gone) == "does not exist: \(given.key)")
        #expect(try await store.list(ListQuery(kind)).items.allSatisfy { $0.key != given.key })
      }
    },
    Check("a watch tells of every kind that may be written") { store, subject in
      for kind in subject.writtenKinds {
        let given = try KindSample.resource(kind)
        let start = try await store.list(ListQuery(kind)).revision
        var iterator = try await store.watch(ListQuery(kind), from: start).makeAsyncIterator()
        let created = try await store.create(given)
        try await store.delete(given.key, revision: nil)
        var seen: [String] = []
        while seen.last != "deleted \(given.key)", let event = try await iterator.next() {
          switch event {
          case .set(let resource):
            if resource.key == given.key { seen.append("set \(resource.revision)") }
          case .deleted(let key): seen.append("deleted \(key)")
          case .malformed(let object): seen.append("malformed \(object.key)")
          case .progress: break
          }
        }
        // A store may merge what is over already.
        #expect(
          seen == ["set \(created.revision)", "deleted \(given.key)"]
            || seen == ["deleted \(given.key)"], "\(kind): \(seen)")
      }
    },
    Check("an unknown field deep inside of a rule survives an update") { store in
      var policy = GlobalNetworkPolicy(name: "deep")
      var rule = Rule(.allow)
      rule.destination.unknown = [.init("domains", .array(["example.com"]))]
      policy.spec.ingress = [rule]
      policy.spec.order = 1
      _ = try await store.create(policy)
      var read = try await store.get(GlobalNetworkPolicy.self, "deep")
      #expect(read.spec.ingress.first?.destination.unknown == rule.destination.unknown)
      read.spec.order = 2
      _ = try await store.update(read)
      let changed = try await store.get(GlobalNetworkPolicy.self, "deep")
      #expect(changed.spec.order == 2)
      #expect(changed.spec.ingress.first?.destination.unknown == rule.destination.unknown)
    },
    Check("a policy is one whether its name has the prefix of the default tier or not") { store in
      _ = try await store.create(GlobalNetworkPolicy(name: "default.a"))
      let again = await failure { () throws(DatastoreError) in
        try await store.create(GlobalNetworkPolicy(name: "a"))
      }
      #expect(shape(again) == "already exists: GlobalNetworkPolicy(a)")
      let read = try await store.get(GlobalNetworkPolicy.self, "a")
      var changed = GlobalNetworkPolicy(name: "a")
      changed.metadata.resourceVersion = read.metadata.resourceVersion
      changed.spec.order = 5
      _ = try await store.update(changed)
      let list = try await store.all(GlobalNetworkPolicy.self)
      #expect(list.map(\.spec.order) == [5])
      #expect(list.map(\.key.name) == ["a"])
      #expect(try await store.all(GlobalNetworkPolicy.self, namePrefix: "a").count == 1)
      try await store.delete(
        ResourceKey(kind: .globalNetworkPolicy, name: "default.a"), revision: nil)
      #expect(try await store.all(GlobalNetworkPolicy.self).isEmpty)
    },
    Check("a policy that is written under its other name keeps the one that is stored") { store in
      func check<P: PolicyResource>(_ type: P.Type) async throws {
        let namespace = P.kind.isNamespaced ? "n" : nil
        for (stored, written) in [("default.a", "a"), ("b", "default.b")] {
          let created = try await store.created(P(name: stored, namespace: namespace))
          #expect(created.metadata.name == stored)
          for order in [1.0, 2.0] {
            var changed = P(name: written, namespace: namespace)
            changed.metadata.resourceVersion = try await store.get(created.key).revision
            changed.spec.order = order
            // With its identity, as a program writes it, and without, as people do.
            if order == 2 {
              changed.metadata.uid = created.metadata.uid
              changed.metadata.creationTimestamp = created.metadata.creationTimestamp
            }
            let updated = try await store.updated(changed)
            #expect(updated.metadata.name == stored, "\(P.kind)")
            #expect(updated.metadata.uid == created.metadata.uid)
            #expect(updated.spec.order == order)
            #expect(try await store.get(created.key) as? P == updated)
            let listed = try await store.list(ListQuery(P.kind, namespace: namespace)).items
            #expect(listed.filter { $0.key == created.key } as? [P] == [updated])
          }
          try await store.delete(created.key, revision: nil)
        }
      }
      try await check(GlobalNetworkPolicy.self)
      try await check(NetworkPolicy.self)
      try await check(StagedGlobalNetworkPolicy.self)
      try await check(StagedNetworkPolicy.self)
    },
    Check("what cannot be read is named, hides nothing else and can be deleted") {
      store, subject in
      for name in ["a", "b", "c", "d"] { _ = try await store.created(sample(name)) }
      try await subject.spoil("b")
      try await subject.spoil("c")
      let list = try await store.list(ListQuery(.globalNetworkSet))
      #expect(list.items.map(\.key.name) == ["a", "d"])
      #expect(list.malformed.map(\.key.name).sorted() == ["b", "c"])
      let read = await failure { () throws(DatastoreError) in try await store.get(sampleKey("b")) }
      #expect(shape(read) == "unreadable: GlobalNetworkSet(b)")
      #expect("\(read)".hasPrefix("datastore error: GlobalNetworkSet(b) cannot be read: "))
      let stale = await failure { () throws(DatastoreError) in
        try await store.delete(sampleKey("b"), revision: "1")
      }
      #expect(shape(stale) == "conflict: GlobalNetworkSet(b)")
      let deleted = try await store.delete(sampleKey("b"), revision: nil)
      #expect(deleted.key == sampleKey("b"))
      try await store.delete(sampleKey("c"), revision: nil)
      let rest = try await store.list(ListQuery(.globalNetworkSet))
      #expect(rest.items.map(\.key.name) == ["a", "d"] && rest.malformed.isEmpty)
      _ = try await store.created(sample("b"))
    },
    Check("an object of a mebibyte is kept, one of two is refused") { store in
      func large(_ name: String, bytes: Int) -> GlobalNetworkSet {
        var set = GlobalNetworkSet(name: name)
        // With its quotes and its comma an item has some 18 bytes.
        set.spec.nets = (0..<bytes / 18).map {
          "10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)/32"
        }
        return set
      }
      let kept = large("large", bytes: 1 << 20)
      _ = try await store.create(kept)
      #expect(try await store.get(GlobalNetworkSet.self, "large").spec == kept.spec)
      let error = await failure { () throws(DatastoreError) in
        try await store.create(large("larger", bytes: 2 << 20))
      }
      #expect(["validation", "failed"].contains(shape(error)), "\(error)")
      #expect(try await store.all(GlobalNetworkSet.self).count == 1)
    },
  ]
}
