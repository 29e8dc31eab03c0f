// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing
import ValueTree

@Suite("Stored objects")
struct StoredObjectTests {
  private func rewritten(_ value: Value, _ kind: Kind) throws -> Value {
    try ResourceDocument.decodeStored(value, kind: kind).resource.encode()
  }

  @Test(
    "are written back as they were, with what is unknown at every depth", arguments: Kind.allCases)
  func unknownKept(kind: Kind) throws {
    var sample = SchemaSample(random: .init(for: "\(kind)"))
    let schema = kind.type.schema
    for _ in 0..<50 {
      // Once through, so that the defaults that are always written are there.
      let complete = try rewritten(sample.value(schema), kind)
      let stored = sample.strangers(in: complete, schema)
      #expect(try rewritten(stored, kind) == stored)
    }
  }

  @Test("are written back even where they make no sense", arguments: Kind.allCases)
  func damageKept(kind: Kind) throws {
    var sample = SchemaSample(random: .init(for: "damaged \(kind)"))
    let schema = kind.type.schema
    for _ in 0..<50 {
      let complete = try rewritten(sample.value(schema), kind)
      let damaged = sample.damaged(complete, schema)
      guard damaged.members != nil else { continue }
      #expect(try rewritten(damaged, kind).sortedByKey == damaged.sortedByKey)
    }
  }

  @Test("say what of them is invalid, and keep it until it is set anew")
  func invalidReported() throws {
    let value: Value = [
      "kind": "IPPool", "apiVersion": "projectcalico.org/v3", "metadata": ["name": "p"],
      "spec": [
        "cidr": "10.0.0.0/16", "vxlanMode": "Quantum", "ipipMode": "Never", "blockSize": "big",
        "nodeSelector": "all()", "allowedUses": ["Workload"], "assignmentMode": "Automatic",
      ],
    ]
    let stored = try ResourceDocument.decodeStored(value, kind: .ipPool)
    #expect(
      stored.problems.map(\.description) == [
        "spec.vxlanMode: must be one of Always, CrossSubnet, Never (is 'Quantum')",
        "spec.blockSize: must be a whole number, is a string (is 'big')",
      ])
    var pool = try #require(stored.resource as? IPPool)
    #expect(pool.encode()["spec"]?["vxlanMode"] == "Quantum")
    #expect(pool.encode()["spec"]?["blockSize"] == "big")
    pool.spec.vxlanMode = .always
    pool.spec.blockSize = 28
    #expect(pool.encode()["spec"]?["vxlanMode"] == "Always")
    #expect(pool.encode()["spec"]?["blockSize"] == 28)
    #expect(pool.encode()["spec"]?.members?.count == 7)
  }

  @Test("a rule whose action cannot be read denies, and keeps its word")
  func unreadableAction() throws {
    let value: Value = [
      "metadata": ["name": "p", "namespace": "n"],
      "spec": ["ingress": [["action": "Tunnel", "source": [:], "destination": [:]]]],
    ]
    let stored = try ResourceDocument.decodeStored(value, kind: .networkPolicy)
    let policy = try #require(stored.resource as? NetworkPolicy)
    #expect(policy.spec.ingress.map(\.action) == [.deny])
    #expect(stored.problems.map { "\($0.path)" } == ["spec.ingress[0].action"])
    #expect(policy.encode()["spec"]?["ingress"] == value["spec"]?["ingress"])
  }

  @Test("a field that is there twice is reported")
  func repeated() throws {
    let spec = Value.object([.init("order", 1), .init("order", 2)])
    let stored = try ResourceDocument.decodeStored(
      ["metadata": ["name": "t"], "spec": spec], kind: .tier)
    #expect(
      stored.problems.map(\.description) == ["spec.order: field is given more than once"])
  }

  @Test("what is no map is no object")
  func noMap() {
    #expect(throws: ResourceError.self) {
      try ResourceDocument.decodeStored([1, 2], kind: .tier)
    }
  }

  @Test("are not asked whether their selectors and CIDRs could be entered today")
  func lenient() throws {
    let (set, problems) = try NetworkSet.decodeStored([
      "metadata": ["name": "Not_a_name", "namespace": "n"], "spec": ["nets": ["10.0.0.300"]],
    ])
    #expect(set.spec.nets == ["10.0.0.300"])
    #expect(problems.map { "\($0.path)" } == ["spec.nets[0]"])
  }

  @Test("may have an empty list where a file must have something in it or no list")
  func emptyList() throws {
    let spec: Value = ["exportV4": [["action": "Accept", "operations": []]]]
    #expect(
      complaints(.bgpFilter, spec: spec) == [
        "spec.exportV4[0].operations: must have 1 to 10 items, has 0"
      ])
    let value: Value = ["metadata": ["name": "f"], "spec": spec]
    let stored = try ResourceDocument.decodeStored(value, kind: .bgpFilter)
    #expect(stored.problems == [])
    let json = JSON.bytes(value)
    #expect(ResourceDocument.readStored(json.span, kind: .bgpFilter) != nil)
  }

  @Test("look as Calico writes them")
  func form() throws {
    var policy = try #require(try read(Book.networkPolicy).first as? NetworkPolicy)
    policy.applyDefaults()
    #expect(
      JSON.encode(policy.encode()) == #"""
        {"kind":"NetworkPolicy","apiVersion":"projectcalico.org/v3",\#
        "metadata":{"name":"allow-tcp-6379","namespace":"myproject"},\#
        "spec":{"tier":"default","ingress":[{"action":"Allow","protocol":"TCP",\#
        "source":{"selector":"app == 'frontend'"},"destination":{"ports":[6379]}}],\#
        "egress":[{"action":"Allow","source":{},"destination":{}}],\#
        "selector":"app == 'database'","types":["Ingress","Egress"]}}
        """#)
    var pool = IPPool(name: "p", spec: IPPoolSpec(cidr: "fd00::/48"))
    pool.applyDefaults()
    #expect(
      JSON.encode(pool.encode()["spec"] ?? .null) == #"""
        {"cidr":"fd00::/48","vxlanMode":"Never","ipipMode":"Never","blockSize":122,\#
        "nodeSelector":"all()","allowedUses":["Workload","Tunnel"],"assignmentMode":"Automatic"}
        """#)
    var block = IPAMBlock(name: "b")
    block.spec.cidr = "10.0.0.0/30"
    block.spec.allocations = [0, nil, nil, nil]
    block.spec.unallocated = [1, 2, 3]
    block.spec.attributes = [AllocationAttribute(handleID: "h", secondary: ["pod": "p"])]
    #expect(
      JSON.encode(block.encode()["spec"] ?? .null) == #"""
        {"cidr":"10.0.0.0/30","allocations":[0,null,null,null],"unallocated":[1,2,3],\#
        "attributes":[{"handle_id":"h","secondary":{"pod":"p"}}],"strictAffinity":false}
        """#)
  }

  @Test("forms of ports, protocols and AS numbers stay as they were")
  func forms() throws {
    let rule: Value = [
      "action": "Allow", "protocol": "tcp", "notProtocol": 17,
      "source": ["ports": [80, "81:90", "82", "http"]], "destination": [:],
    ]
    let stored = try ResourceDocument.decodeStored(
      ["metadata": ["name": "p"], "spec": ["ingress": [rule]]], kind: .globalNetworkPolicy)
    #expect(stored.problems.isEmpty)
    #expect(stored.resource.encode()["spec"]?["ingress"] == [rule])
    let policy = try #require(stored.resource as? GlobalNetworkPolicy)
    let ports = policy.spec.ingress[0].source.ports
    #expect(ports.map { $0.range.map { "\($0)" } } == ["80", "81:90", "82", nil])
    #expect(ports.map(\.name) == [nil, nil, nil, "http"])
    for form: Value in [64512, "64512", "1.10"] {
      let peer = try ResourceDocument.decodeStored(
        ["metadata": ["name": "p"], "spec": ["asNumber": form]], kind: .bgpPeer)
      #expect(peer.resource.encode()["spec"]?["asNumber"] == form)
    }
  }
}
