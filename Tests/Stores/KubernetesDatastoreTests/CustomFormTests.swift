// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import Resources
import Testing
import ValueTree

@testable import KubernetesDatastore

@Suite("A custom resource") struct CustomFormTests {
  private func json(_ text: String) throws -> Value { try JSON.parse(text) }

  /// What an update of one label writes over what was stored.
  private func rewritten(
    _ kind: Kind, _ text: String, change: (inout Metadata) -> Void = { _ in }
  ) throws -> Value {
    let form = CustomForm(kind: kind)
    let object = form.decode(try json(text))
    var resource = try object.result.get()
    change(&resource.metadata)
    return try form.encode(resource, over: object.value)
  }

  private static let metadata = """
    "name":"p","resourceVersion":"7","uid":"u-1","generation":2,
    "creationTimestamp":"2026-01-01T00:00:00Z","labels":{"theirs":"1"},"finalizers":["x/y"],
    "managedFields":[{"manager":"calico"}]
    """

  private func pool(_ annotations: String) -> String {
    "{\"apiVersion\":\"crd.projectcalico.org/v1\",\"kind\":\"IPPool\",\"metadata\":{\(Self.metadata),"
      + "\"annotations\":{\(annotations)}},\"spec\":{\"blockSize\":26,\"cidr\":\"10.0.0.0/16\","
      + "\"future\":{\"a\":[1,null]}}}"
  }

  @Test("has the resource's own metadata in an annotation") func annotation() throws {
    let text = pool(
      "\"kubectl\":\"k\",\"projectcalico.org/metadata\":\"{\\\"uid\\\":\\\"u-2\\\","
        + "\\\"creationTimestamp\\\":\\\"2020-01-01T00:00:00Z\\\",\\\"labels\\\":{\\\"own\\\":\\\"1\\\"},"
        + "\\\"annotations\\\":{\\\"b\\\":\\\"c\\\"}}\"")
    let object = CustomForm(kind: .ipPool).decode(try json(text))
    let pool = try #require(try object.result.get() as? IPPool)
    #expect(pool.metadata.labels == ["own": "1"] && pool.metadata.annotations == ["b": "c"])
    #expect(pool.metadata.uid == "u-2" && pool.metadata.resourceVersion == "7")
    #expect(pool.metadata.creationTimestamp == "2020-01-01T00:00:00Z")
    #expect(pool.spec.cidr == "10.0.0.0/16")
    #expect(object.uid == "u-1" && object.revision == "7")
  }

  @Test("without that annotation has its own") func bare() throws {
    let object = CustomForm(kind: .ipPool).decode(try json(pool("\"note\":\"n\"")))
    let pool = try object.result.get()
    #expect(pool.metadata.labels == ["theirs": "1"] && pool.metadata.annotations == ["note": "n"])
    #expect(pool.metadata.uid == "u-1")
  }

  @Test(
    "is written back with nothing else different, whoever wrote it",
    arguments: [
      "\"note\":\"n\"",
      // As today's Calico leaves it where a resource has no metadata of its own.
      "\"projectcalico.org/metadata\":\"{\\\"creationTimestamp\\\":null}\"",
      "\"projectcalico.org/metadata\":\"{ \\\"uid\\\":\\\"u-2\\\", \\\"generation\\\": 3,"
        + "\\\"creationTimestamp\\\":\\\"2020-01-01T00:00:00Z\\\"}\",\"z\":\"z\"",
    ])
  func unchanged(_ annotations: String) throws {
    let text = pool(annotations)
    let written = try rewritten(.ipPool, text)
    var expected = try json(text)
    expected["metadata"]?["managedFields"] = nil
    #expect(Set(written["metadata"]?.members ?? []) == Set(expected["metadata"]?.members ?? []))
    #expect(Set(written["spec"]?.members ?? []) == Set(expected["spec"]?.members ?? []))
    #expect(written["apiVersion"] == "crd.projectcalico.org/v1" && written["kind"] == "IPPool")
  }

  @Test("keeps what belongs to others when its own metadata change") func changed() throws {
    let written = try rewritten(.ipPool, pool("\"note\":\"n\"")) { $0.labels["new"] = "2" }
    let metadata = written["metadata"]
    #expect(metadata?["labels"] == ["theirs": "1"] && metadata?["finalizers"] == ["x/y"])
    #expect(metadata?["annotations"]?["note"] == "n")
    let own = try json(metadata?["annotations"]?[CustomForm.annotation]?.string ?? "")
    #expect(
      own == [
        "uid": "u-1", "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": ["new": "2", "theirs": "1"], "annotations": ["note": "n"],
      ])
  }

  @Test("has members that no version has in an annotation, where the server leaves them")
  func otherMembers() throws {
    let form = CustomForm(kind: .tier)
    var tier = Tier(name: "t")
    tier.unknown = [.init("future", ["a": 1]), .init("status", ["b": 2])]
    let value = try form.encode(tier, over: nil)
    #expect(value["future"] == nil && value["status"] == ["b": 2])
    let read = try form.decode(value).result.get()
    #expect((read as? Tier)?.unknown == [.init("status", ["b": 2]), .init("future", ["a": 1])])
    #expect(read.metadata.annotations.isEmpty)
    #expect(try form.encode(read, over: value) == value)
    var changed = try #require(read as? Tier)
    changed.unknown = []
    let cleared = try form.encode(changed, over: value)
    #expect(cleared["metadata"]?["annotations"]?[CustomForm.membersAnnotation] == nil)
  }

  @Test("with an annotation that is no JSON is not read") func wrongAnnotation() throws {
    let object = CustomForm(kind: .ipPool).decode(
      try json(pool("\"projectcalico.org/metadata\":\"{\"")))
    #expect(throws: MalformedObject.self) { try object.result.get() }
    #expect(object.resource.metadata.name == "p" && object.resource.metadata.resourceVersion == "7")
  }

  @Test("of IPAM's configuration has a kind of its own") func ipamConfiguration() throws {
    let form = CustomForm(kind: .ipamConfiguration)
    #expect(
      form.resource.path(name: "default")
        == "/apis/crd.projectcalico.org/v1/ipamconfigs/default")
    let value = try form.encode(IPAMConfiguration(name: "default"), over: nil)
    #expect(value["kind"] == "IPAMConfig")
    #expect(try form.decode(value).result.get() is IPAMConfiguration)
  }

  @Test("of a block's affinity says as text whether it is deleted") func affinity() throws {
    let form = CustomForm(kind: .blockAffinity)
    let spec = BlockAffinitySpec(node: "n", cidr: "10.0.0.0/26", state: .confirmed)
    var value = try form.encode(BlockAffinity(name: "n-10-0-0-0-26", spec: spec), over: nil)
    #expect(value["spec"]?["deleted"] == "false")
    #expect(!form.decode(value).isDeleted)
    value["spec"]?["deleted"] = "true"
    #expect(form.decode(value).isDeleted)
    #expect((try form.decode(value).result.get() as? BlockAffinity)?.spec.deleted == true)
  }

  @Test("of a handle is named in lower case") func handles() throws {
    let form = CustomForm(kind: .ipamHandle)
    var handle = IPAMHandle(name: "net.ABC")
    handle.spec.handleID = "net.ABC"
    let value = try form.encode(handle, over: nil)
    #expect(value["metadata"]?["name"] == "net.abc")
    #expect(try form.decode(value).result.get().metadata.name == "net.ABC")
    #expect(form.decode(value).key.name == "net.ABC")
  }

  @Test("has the plural that Calico gives it", arguments: Kind.allCases)
  func plurals(_ kind: Kind) {
    let known = [
      "bgpconfigurations", "bgpfilters", "bgppeers", "blockaffinities", "caliconodestatuses",
      "clusterinformations", "felixconfigurations", "globalnetworkpolicies", "globalnetworksets",
      "hostendpoints", "ipamblocks", "ipamconfigs", "ipamhandles", "ippools", "ipreservations",
      "kubecontrollersconfigurations", "networkpolicies", "networksets",
      "stagedglobalnetworkpolicies", "stagedkubernetesnetworkpolicies", "stagednetworkpolicies",
      "tiers",
    ]
    let converted: Set<Kind> = [.node, .profile, .workloadEndpoint]
    #expect(
      known.contains(CustomForm(kind: kind).resource.plural) == !converted.contains(kind))
  }
}
