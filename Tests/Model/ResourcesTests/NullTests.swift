// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

@Suite("Null is as if nothing had been written")
struct NullTests {
  /// What comes of an object: its resource as it is written out, or what is wrong with it.
  private func outcome(_ value: Value) -> String {
    do {
      return JSON.encode(try ResourceDocument.decode(Document(value: value)).encode())
    } catch {
      return error.description
    }
  }

  private func object(_ kind: Kind, _ members: Value = [:]) -> Value {
    var metadata: Value = ["name": .string(kind.singletonName ?? "x")]
    if kind.isNamespaced { metadata["namespace"] = "n" }
    var value: Value = [
      "apiVersion": "projectcalico.org/v3", "kind": .string(kind.rawValue), "metadata": metadata,
    ]
    for member in members.members ?? [] { value[member.key] = member.value }
    return value
  }

  private func names(_ schema: Value?) -> [String] {
    schema?["properties"]?.members?.map(\.key) ?? []
  }

  @Test("in every field of every kind", arguments: Kind.allCases)
  func fields(kind: Kind) {
    let plain = object(kind)
    for name in ["spec", "status"] {
      var changed = plain
      changed[name] = .null
      #expect(outcome(changed) == outcome(plain), "\(name)")
    }
    var count = 0
    for name in names(kind.type.schema["properties"]?["metadata"]) + [
      "ownerReferences", "finalizers", "managedFields", "deletionTimestamp",
    ] where plain["metadata"]?[name] == nil {
      var changed = plain
      changed["metadata"]?[name] = .null
      #expect(outcome(changed) == outcome(plain), "metadata.\(name)")
      count += 1
    }
    #expect(count >= 6)
    for name in names(kind.type.schema["properties"]?["spec"]) {
      #expect(
        outcome(object(kind, ["spec": .object([.init(name, .null)])]))
          == outcome(object(kind, ["spec": [:]])), "spec.\(name)")
    }
  }

  @Test("in every field of a rule and of its two ends")
  func rules() {
    func outcome(_ rule: Value) -> String {
      self.outcome(object(.networkPolicy, ["spec": ["ingress": [rule]]]))
    }
    let plain: Value = ["action": "Deny"]
    #expect(names(Rule.schema).count > 8)
    for name in names(Rule.schema) where name != "action" {
      var changed = plain
      changed[name] = .null
      #expect(outcome(changed) == outcome(plain), "\(name)")
    }
    for name in names(EntityRule.schema) {
      #expect(
        outcome(["action": "Deny", "source": .object([.init(name, .null)])]) == outcome(plain),
        "\(name)")
    }
    #expect(outcome(["action": .null]).contains("action: is required"))
  }

  @Test("where a value is needed it is missing")
  func required() {
    #expect(outcome(object(.ipPool, ["spec": .null])).contains("spec.cidr: is required"))
    #expect(complaints("kind: Tier\napiVersion: projectcalico.org/v3\nmetadata: null").count == 1)
    #expect(
      complaints("kind: null\napiVersion: v1") == ["f.yaml:1:1: kind: is required"])
    // A label without a value: Kubernetes does not guess it either.
    #expect(
      outcome(object(.tier, ["metadata": ["name": "x", "labels": ["a": .null]]]))
        == "metadata.labels.a: must be a string, is null")
  }

  @Test("a field that there is not stays wrong")
  func unknown() {
    #expect(outcome(object(.tier, ["spec": ["ordre": .null]])).contains("not recognized"))
  }

  @Test(
    "a list of null items is empty",
    arguments: [
      ("v1", "List"), ("projectcalico.org/v3", "List"), ("projectcalico.org/v3", "IPPoolList"),
    ])
  func items(version: String, kind: String) throws {
    let head = "apiVersion: \(version)\nkind: \(kind)\n"
    #expect(try read(head + "items: null").isEmpty)
    #expect(try read(head + "items:").isEmpty)
    #expect(try read(head + "items: []").isEmpty)
    #expect(complaints(head + "item: []") == ["f.yaml:1:1: items: is required"])
    #expect(complaints(head + "items: 1") == ["f.yaml:3:1: items: must be a list, is an integer"])
    #expect(complaints("apiVersion: v1\nkind: PodList\nitems: null").count == 1)
  }
}
