// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Selectors
import TestSupport
import Testing
import ValueTree

@Suite("Reading what people wrote")
struct StrictDecodingTests {
  @Test("all problems are found at once, each with its place")
  func allProblems() {
    let yaml = """
      apiVersion: projectcalico.org/v3
      kind: IPPool
      metadata:
        name: p
      spec:
        ipipMode: Sometimes
        blockSize: many
        nodeSelecter: all()
        nodeSelector: has(
        allowedUses: [Workload, Nothing]
      """
    #expect(
      complaints(yaml) == [
        "f.yaml:5:1: spec.cidr: is required",
        "f.yaml:6:3: spec.ipipMode: must be one of Always, CrossSubnet, Never (is 'Sometimes')",
        "f.yaml:7:3: spec.blockSize: must be a whole number, is a string (is 'many')",
        "f.yaml:9:3: spec.nodeSelector: \(Self.selectorProblem("has(")) (is 'has(')",
        "f.yaml:10:27: spec.allowedUses[1]: must be one of Workload, Tunnel, LoadBalancer "
          + "(is 'Nothing')",
        "f.yaml:8:3: field in document is not recognized or is in the wrong location: "
          + "spec.nodeSelecter (did you mean nodeSelector?)",
      ])
  }

  private static func selectorProblem(_ text: String) -> String {
    do throws(SelectorError) {
      _ = try Selector(text)
      return "no problem"
    } catch {
      return "invalid selector: \(error)"
    }
  }

  @Test("a value of the wrong type says which it must be, and which it is")
  func types() {
    #expect(
      complaints(.ipPool, spec: ["cidr": 10, "disabled": "yes", "allowedUses": "Workload"]) == [
        "spec.cidr: must be a string, is an integer: put it in quotes",
        "spec.disabled: must be true or false, is a string (is 'yes')",
        "spec.allowedUses: must be a list, is a string",
      ])
    #expect(complaints(.ipPool, spec: "none") == ["spec: must be a map, is a string"])
    #expect(
      complaints(.tier, metadata: ["labels": ["a": 1]], spec: ["order": "first"]) == [
        "metadata.labels.a: must be a string, is an integer: put it in quotes",
        "spec.order: must be a number, is a string (is 'first')",
      ])
  }

  @Test("a stray field that an object beside it has is sent there")
  func hints() {
    let rule: Value = ["action": "Allow", "protocol": "TCP", "ports": [80]]
    #expect(
      complaints(.networkPolicy, spec: ["ingress": [rule]]) == [
        "field in document is not recognized or is in the wrong location: spec.ingress[0].ports "
          + "(ports belongs under source or destination)"
      ])
    #expect(
      complaints(.tier, spec: ["labels": ["a": "b"]]) == [
        "field in document is not recognized or is in the wrong location: spec.labels "
          + "(labels belongs under metadata)"
      ])
  }

  @Test("a field that is given twice is refused")
  func repeated() {
    let spec = Value.object([.init("order", 1), .init("order", 2)])
    #expect(complaints(.tier, spec: spec) == ["spec.order: field is given more than once"])
  }

  @Test("null is as good as nothing")
  func null() throws {
    let yaml = """
      apiVersion: projectcalico.org/v3
      kind: Tier
      metadata:
        name: t
        labels:
        annotations: null
      spec:
      """
    let tier = try #require(try read(yaml).first as? Tier)
    #expect(tier.spec == TierSpec())
    #expect(tier.metadata.labels.isEmpty)
  }

  @Test("kind and version are required and must be known")
  func kinds() {
    #expect(
      complaints("kind: Tier\nmetadata: {name: a}") == ["f.yaml:1:1: apiVersion: is required"])
    #expect(
      complaints("apiVersion: projectcalico.org/v3\nmetadata: {name: a}") == [
        "f.yaml:1:1: kind: is required"
      ])
    #expect(
      complaints("apiVersion: v1\nkind: IPPool\nmetadata: {name: a}") == [
        "f.yaml:2:1: kind: unknown resource type (IPPool) and/or version (v1)"
      ])
    #expect(
      complaints("apiVersion: projectcalico.org/v3\nkind: Teer\nmetadata: {name: a}") == [
        "f.yaml:2:1: kind: unknown resource type (Teer) and/or version (projectcalico.org/v3)"
      ])
    #expect(complaints("- 1") == ["f.yaml:1:3: [0]: must be a resource, is an integer"])
  }

  @Test(
    "lists of all forms are expanded",
    arguments: [
      """
      apiVersion: v1
      kind: List
      items:
      - {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: a}}
      - {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: b}}
      """,
      """
      apiVersion: projectcalico.org/v3
      kind: TierList
      metadata: {resourceVersion: "12"}
      items:
      - {metadata: {name: a}}
      - {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: b}}
      """,
      """
      - {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: a}}
      - {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: b}}
      """,
      """
      apiVersion: projectcalico.org/v3
      kind: Tier
      metadata: {name: a}
      ---
      apiVersion: projectcalico.org/v3
      kind: Tier
      metadata: {name: b}
      """,
    ])
  func lists(yaml: String) throws {
    #expect(try read(yaml).map { "\($0.key)" } == ["Tier(a)", "Tier(b)"])
  }

  @Test("a problem in a list has the path of its item")
  func listProblem() {
    let yaml = """
      apiVersion: projectcalico.org/v3
      kind: TierList
      items:
      - metadata: {name: a}
      - metadata: {name: B}
        spec: {order: x}
      """
    #expect(
      complaints(yaml) == [
        "f.yaml:6:10: items[1].spec.order: must be a number, is a string (is 'x')"
      ])
  }

  @Test("one resource is asked for where a list is no answer")
  func oneOnly() throws {
    let value: Value = ["apiVersion": "v1", "kind": "List", "items": []]
    let error = #expect(throws: ResourceError.self) {
      try ResourceDocument.decode(Document(value: value))
    }
    #expect(error?.description == "must be one resource, is a list of 0")
  }

  @Test("a resource of a known kind is read as that kind only")
  func typed() throws {
    let document = try #require(
      try YAML.documents(Array(Book.tier.utf8), file: "t").first)
    #expect(try Tier.decode(document, strict: true).metadata.name == "internal-access")
    let error = #expect(throws: ResourceError.self) {
      try IPPool.decode(document, strict: true)
    }
    #expect(
      error?.problems.contains { $0.description == "kind: must be IPPool (is 'Tier')" } == true)
  }

  @Test("no more than a hundred problems are collected")
  func bounded() {
    let nets = Value.array((0..<5000).map { .string("net\($0)") })
    #expect(complaints(.networkSet, namespace: "n", spec: ["nets": nets]).count == 100)
  }

  @Test("what Kubernetes and programs add to an object does not hinder handing it back")
  func handedBack() throws {
    let yaml = """
      apiVersion: projectcalico.org/v3
      kind: IPPool
      metadata:
        name: p
        uid: 3a9c
        generation: 3
        resourceVersion: "77"
        creationTimestamp: "2024-01-02T03:04:05Z"
        finalizers: [a]
        managedFields: [{manager: kubectl}]
      spec:
        cidr: 10.0.0.0/16
      status:
        conditions: [{type: Allocatable}]
      """
    let pool = try #require(try read(yaml).first as? IPPool)
    #expect(pool.encode()["status"] == ["conditions": [["type": "Allocatable"]]])
    #expect(pool.encode()["metadata"]?["managedFields"] == [["manager": "kubectl"]])
  }

  @Test("the client's words for a problem")
  func clientText() {
    for (field, name) in [
      ("cidr", "CIDR"), ("peerIP", "PeerIP"), ("asNumber", "ASNumber"), ("ipipMode", "IPIPMode"),
      ("ipv4Address", "IPv4Address"), ("natOutgoing", "NATOutgoing"), ("order", "Order"),
      ("disableBGPExport", "DisableBGPExport"), ("cidr\n", "CIDR\\n"), ("", ""),
    ] {
      var problem = FieldProblem("spec", field, message: "is bad", value: "x\n")
      let text = "\(name) = 'x\\n' (\(problem.path): is bad)"
      #expect(problem.clientField == text)
      #expect(problem.clientText == "error with field \(text)")
      problem.path.steps.append(.index(1))
      #expect(problem.clientField.hasPrefix("\(name) = "))
    }
    #expect(FieldProblem(message: "is bad").clientText == "is bad")
  }
}
