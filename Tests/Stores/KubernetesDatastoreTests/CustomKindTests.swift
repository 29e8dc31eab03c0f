// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import Resources
import StoreRig
import TestSupport
import Testing
import ValueTree

@testable import KubernetesDatastore

/// On a real API server.
@Suite("Custom resources") struct CustomKindTests {
  private func manifest(
    _ kind: String, _ name: String, namespace: String? = nil,
    annotations: Value = .object([]), _ spec: Value
  ) -> Value {
    var metadata: Value = ["name": .string(name), "annotations": annotations]
    if let namespace { metadata["namespace"] = .string(namespace) }
    return [
      "apiVersion": "crd.projectcalico.org/v1", "kind": .string(kind), "metadata": metadata,
      "spec": spec,
    ]
  }

  @Test(
    "name a policy of the tier default with or without the tier, and keep the name that is stored")
  func spellings() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let name = unique("spelled")
    let key = ResourceKey(kind: .globalNetworkPolicy, name: name)
    let query = ListQuery(.globalNetworkPolicy, namePrefix: name)
    let start = try await store.list(query)
    var events = Events(try await store.watch(query, from: start.revision))
    try server.apply(manifest("GlobalNetworkPolicy", "default.\(name)", ["selector": "all()"]))
    #expect(try await events.text() == "set \(key)")
    var policy = try await store.get(GlobalNetworkPolicy.self, name)
    #expect(policy.metadata.name == "default.\(name)")
    #expect(
      await
        "\(failure { () async throws(DatastoreError) in try await store.create(GlobalNetworkPolicy(name: name)) })"
        == "resource already exists: \(key)")
    // People write the short name.
    policy.metadata.name = name
    policy.spec.order = 5
    let updated = try await store.updated(policy)
    #expect(updated.metadata.name == "default.\(name)" && updated.spec.order == 5)
    #expect(try await events.text() == "set \(key)")
    // Somebody stores the other spelling too: it goes before.
    try server.apply(
      manifest("GlobalNetworkPolicy", name, ["selector": "all()", "order": 7]))
    guard case .set(let other) = try await events.next() else {
      Issue.record("no event")
      return
    }
    #expect((other as? GlobalNetworkPolicy)?.spec.order == 7)
    #expect(try await store.list(query).items.map(\.metadata.name) == [name])
    #expect(try await store.get(GlobalNetworkPolicy.self, "default.\(name)").spec.order == 7)
    try await store.delete(key, revision: nil)
    // What is left comes back.
    guard case .set(let left) = try await events.next() else {
      Issue.record("no event")
      return
    }
    #expect((left as? GlobalNetworkPolicy)?.spec.order == 5)
    try await store.delete(key, revision: nil)
    #expect(try await events.text() == "deleted \(key)")
    await store.close()
  }

  @Test("of IPAM are marked before they are deleted, and count as gone once they are marked")
  func twoSteps() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let id = unique("Net.ABC")
    var handle = IPAMHandle(name: id)
    handle.spec.handleID = id
    handle.spec.block = ["10.0.0.0/26": 1]
    let query = ListQuery(.ipamHandle, namePrefix: id)
    let start = try await store.list(query).revision
    var events = Events(try await store.watch(query, from: start))
    let created = try await store.created(handle)
    #expect(created.metadata.name == id)
    #expect(try await events.text() == "set \(created.key)")
    let stored = try server.get("ipamhandles.crd.projectcalico.org", id.lowercased())
    #expect(stored["spec"]?["handleID"]?.string == id)
    try await store.delete(created.key, revision: created.metadata.resourceVersion)
    #expect(try await events.text() == "deleted \(created.key)")
    #expect(
      try server.outcome(["get", "ipamhandles.crd.projectcalico.org", id.lowercased()]).status != 0)

    // A deletion that stopped half-way: nobody sees the record any more, and it is made anew.
    let again = try await store.created(handle)
    #expect(try await events.text() == "set \(again.key)")
    try server.kubectl(
      "patch", "ipamhandles.crd.projectcalico.org", id.lowercased(), "--type=merge", "-p",
      "{\"spec\":{\"deleted\":true}}")
    #expect(try await events.text() == "deleted \(again.key)")
    #expect(try await store.list(query).items.isEmpty)
    let stale = await failure { () async throws(DatastoreError) in try await store.update(again) }
    #expect(stale.isConflict)
    #expect(try await store.find(IPAMHandle.self, id) == nil)
    let third = try await store.created(handle)
    #expect(third.metadata.uid != again.metadata.uid)
    #expect(try await events.text() == "set \(third.key)")
    try await store.delete(third.key, revision: nil)
    await store.close()
  }

  @Test("that were not asked for are not told of") func otherNames() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let name = unique("wanted")
    let query = ListQuery(.globalNetworkSet, namePrefix: name)
    var events = Events(
      try await store.watch(query, from: try await store.list(query).revision))
    // One of each sort: set, not to be read, gone.
    let other = try await store.created(GlobalNetworkSet(name: unique("other")))
    let bad = unique("bad")
    try server.apply(
      manifest(
        "GlobalNetworkSet", bad, annotations: ["projectcalico.org/metadata": "{"],
        ["nets": ["10.0.0.0/8"]]))
    try await store.delete(other.key, revision: nil)
    try await store.delete(ResourceKey(kind: .globalNetworkSet, name: bad), revision: nil)
    let wanted = try await store.created(GlobalNetworkSet(name: name + "-a"))
    #expect(try await events.text() == "set \(wanted.key)")
    try await store.delete(wanted.key, revision: nil)
    #expect(try await events.text() == "deleted \(wanted.key)")
    await store.close()
  }

  @Test("that cannot be read are skipped and named") func malformed() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let name = unique("bad")
    let query = ListQuery(.globalNetworkSet, namePrefix: name)
    let start = try await store.list(query)
    var events = Events(try await store.watch(query, from: start.revision))
    try server.apply(
      manifest(
        "GlobalNetworkSet", name, annotations: ["projectcalico.org/metadata": "{"],
        ["nets": ["10.0.0.0/8"]]))
    #expect(try await events.text() == "malformed GlobalNetworkSet(\(name))")
    let list = try await store.list(query)
    #expect(list.items.isEmpty && list.malformed.map(\.key.name) == [name])
    #expect(list.malformed.first?.reason.contains("must be a JSON object") == true)
    let error = await failure { () async throws(DatastoreError) in
      try await store.get(GlobalNetworkSet.self, name)
    }
    #expect("\(error)".contains("cannot be read"))
    try await store.delete(ResourceKey(kind: .globalNetworkSet, name: name), revision: nil)
    #expect(try await events.text() == "deleted GlobalNetworkSet(\(name))")
    await store.close()
  }

  @Test("keep what a newer version wrote, and what others wrote beside them")
  func unknownFields() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let (namespace, name) = (unique("unknown"), "p")
    try await server.makeNamespace(namespace)
    try server.apply(
      manifest(
        "NetworkPolicy", name, namespace: namespace, annotations: ["theirs": "1"],
        [
          "selector": "all()", "future": ["a": 1],
          "ingress": [
            ["action": "Allow", "destination": ["newer": ["b": [1, 2]], "ports": [80]]]
          ],
        ]))
    try server.kubectl(
      "label", "networkpolicies.crd.projectcalico.org", name, "-n", namespace, "team=x")
    var policy = try await store.get(NetworkPolicy.self, name, namespace: namespace)
    policy.spec.order = 3
    policy.metadata.labels["mine"] = "y"
    _ = try await store.update(policy)
    let stored = try server.get("networkpolicies.crd.projectcalico.org", name, "-n", namespace)
    #expect(stored["spec"]?["future"] == ["a": 1] && stored["spec"]?["order"] == 3)
    #expect(
      stored["spec"]?["ingress"]?.array?.first?["destination"]?["newer"] == ["b": [1, 2]])
    #expect(stored["metadata"]?["labels"] == ["team": "x"])
    #expect(stored["metadata"]?["annotations"]?["theirs"] == "1")
    let read = try await store.get(NetworkPolicy.self, name, namespace: namespace)
    #expect(read.metadata.labels == ["team": "x", "mine": "y"])
    // Another process has not read it before.
    let other = try server.store()
    var again = read
    again.spec.order = 4
    _ = try await other.update(again)
    let last = try server.get("networkpolicies.crd.projectcalico.org", name, "-n", namespace)
    #expect(last["metadata"]?["labels"] == ["team": "x"] && last["spec"]?["order"] == 4)
    await other.close()
    await store.close()
  }

  @Test("may have a megabyte, and no more than the server stores") func large() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store { $0.client.pageSize = 2 }
    let name = unique("large")
    func set(_ name: String, bytes: Int) -> GlobalNetworkSet {
      var set = GlobalNetworkSet(name: name)
      set.spec.nets = (0..<bytes / 20).map {
        "10.\($0 >> 16 & 255).\($0 >> 8 & 255).\($0 & 255)/32"
      }
      return set
    }
    for index in 0..<5 { _ = try await store.create(set("\(name)-\(index)", bytes: 1 << 20)) }
    let list = try await store.list(ListQuery(.globalNetworkSet, namePrefix: name))
    #expect(list.items.count == 5)
    #expect((list.items.last as? GlobalNetworkSet)?.spec.nets.count == (1 << 20) / 20)
    let error = await failure { () async throws(DatastoreError) in
      try await store.create(set("\(name)-huge", bytes: 4 << 20))
    }
    guard case .validation = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)".contains("larger than") || "\(error)".contains("are stored"), "\(error)")
    for item in list.items { try await store.delete(item.key, revision: nil) }
    await store.close()
  }

  @Test("in a namespace that is not there are refused with what to do") func noNamespace()
    async throws
  {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let error = await failure { () async throws(DatastoreError) in
      try await store.create(NetworkSet(name: "a", namespace: "none-such"))
    }
    #expect("\(error)".contains("the namespace 'none-such' does not exist; create it first"))
    await store.close()
  }

  @Test("that the schema refuses are refused with the field") func invalid() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let error = await failure { () async throws(DatastoreError) in
      try await store.create(GlobalNetworkSet(name: "Not A Name"))
    }
    guard case .validation(let problems) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(problems.first?.path.description == "metadata.name")
    await store.close()
  }
}
