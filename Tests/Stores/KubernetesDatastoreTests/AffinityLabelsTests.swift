// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources
import StoreRig
import Testing
import ValueTree

@testable import KubernetesClient
@testable import KubernetesDatastore

@Suite("The labels of block affinities") struct AffinityLabelsTests {
  @Test(
    "hash a node's name as the standard has it",
    arguments: [
      (0, "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"),
      (1, "80084bf2fba02475726feb2cab2d8215eab14bc6bdd8bfb2c8151257032ecd8b"),
      (135, "8094bb53c44cfb1e67b7c30447f9a1c33696d2463ecc1d9c92538913392843c9"),
      (136, "3fc5559f14db8e453a0a3091edbd2bc25e11528d81c66fa570a4efdcc2695ee1"),
      (137, "f8d6846cedd2ccfadf15c5879ef95af724d799eed7391fb1c91f95344e738614"),
      (272, "a490357b9b3fb39d0a89a117734e5b020b1f33c7bf3fa3575c396425432003d3"),
      (300, "8a5720b2ca0cae7b89ad399c5daab22c29f5c72bcf30ab81e807d9bda95b4580"),
    ])
  func digests(_ length: Int, _ hex: String) {
    let digest = SHA3.sha256(Array(repeating: UInt8(ascii: "a"), count: length))
    #expect(digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == hex)
  }

  @Test(
    "have the hash in base32, in upper case and without padding",
    arguments: [
      ("node1", "7DS2CCNJGGLTHBDQLLFO6SX24SY2YDDEG3W2VN556FA2W4DLLV5A"),
      (
        "ip-10-0-0-1.eu-west-1.compute.internal",
        "CMZKUASJFBMCLCZTS7MP6R7V5HCY2IL3S7ACYHLR7OU67SGRXR5Q"
      ),
    ])
  func hashes(_ node: String, _ hash: String) {
    #expect(AffinityLabels.hash(node) == hash)
    // RFC 4648 §10.
    for (text, encoded) in [
      ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
      ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
    ] { #expect(AffinityLabels.base32(Array(text.utf8)) == encoded) }
  }

  private func affinity(_ node: String, _ cidr: String) throws -> BlockAffinity {
    let block = try #require(CIDR(cidr))
    return BlockAffinity(
      name: BlockAffinity.name(node: node, cidr: block),
      spec: BlockAffinitySpec(node: node, cidr: cidr, state: .pending))
  }

  @Test("are the custom resource's, beside those of others, and not the resource's own")
  func form() throws {
    let form = CustomForm(kind: .blockAffinity)
    var spec = try affinity("node1", "fd00::40/122").spec
    spec.type = .virtual
    let value = try form.encode(BlockAffinity(name: "a", spec: spec), over: nil)
    #expect(
      value["metadata"]?["labels"] == [
        "projectcalico.org/hostname-hash": "7DS2CCNJGGLTHBDQLLFO6SX24SY2YDDEG3W2VN556FA2W4DLLV5A",
        "projectcalico.org/affinity-type": "virtual", "projectcalico.org/ip-version": "6",
      ])
    let own = try form.decode(value).result.get()
    #expect(own.metadata.labels.isEmpty)
    // What an older version wrote gets them when it is written again.
    var old = try form.encode(try affinity("node1", "10.0.0.0/26"), over: nil)
    old["metadata"]?["labels"] = ["theirs": "1"]
    let written = try form.encode(try form.decode(old).result.get(), over: old)
    #expect(
      written["metadata"]?["labels"] == [
        "theirs": "1",
        "projectcalico.org/hostname-hash": "7DS2CCNJGGLTHBDQLLFO6SX24SY2YDDEG3W2VN556FA2W4DLLV5A",
        "projectcalico.org/affinity-type": "host", "projectcalico.org/ip-version": "4",
      ])
  }

  @Test("lead the server to those of one node, and older ones without labels are found too")
  func server() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    // The second one's records have names that begin as the first one's do.
    let node = unique("node")
    let other = "\(node)-10"
    let old = try affinity(node, "10.7.0.0/26")
    let mine = try affinity(node, "10.7.0.64/26")
    let theirs = try affinity(other, "10.7.0.128/26")
    let theirOld = try affinity(other, "10.7.0.192/26")
    for record in [old, mine, theirs, theirOld] { _ = try await store.create(record) }
    for record in [old, theirOld] {
      try server.kubectl(
        "label", "blockaffinities.crd.projectcalico.org", record.metadata.name,
        "\(AffinityLabels.node)-", "\(AffinityLabels.owner)-", "\(AffinityLabels.family)-")
    }

    func names(_ query: ListQuery) async throws -> [String] {
      try await store.list(query).items.map(\.metadata.name)
    }
    let prefix = ListQuery(.blockAffinity, namePrefix: BlockAffinity.namePrefix(node: node))
    #expect(
      try await names(prefix)
        == [old, mine, theirs, theirOld].map(\.metadata.name).sorted())
    // The other node's old one may be anybody's: its spec says whose it is.
    #expect(
      try await names(.affinities(of: node))
        == [old, mine, theirOld].map(\.metadata.name).sorted())
    // So may be the first one's old one, whose name begins as theirs do. What has labels is not asked
    // for, although its name begins so too.
    #expect(
      try await names(.affinities(of: other))
        == [old, theirs, theirOld].map(\.metadata.name).sorted())

    // Confirmed by us, an old one is like a new one.
    var confirmed = try await store.get(BlockAffinity.self, theirOld.metadata.name)
    confirmed.spec.state = .confirmed
    _ = try await store.update(confirmed)
    #expect(
      try server.get("blockaffinities.crd.projectcalico.org", theirOld.metadata.name)["metadata"]?[
        "labels"]?[AffinityLabels.node]?.string == AffinityLabels.hash(other))
    #expect(
      try await names(.affinities(of: node)) == [old, mine].map(\.metadata.name).sorted())
    for record in [old, mine, theirs, theirOld] {
      try await store.delete(record.key, revision: nil)
    }
    #expect(try await names(prefix).isEmpty)
    await store.close()
  }

  @Test("are asked for last, so that a record that gets them in between is found, and once")
  func order() throws {
    let selections = AffinityLabels.selections(node: "node1")
    #expect(selections.unlabelled.labels == "!projectcalico.org/hostname-hash")
    #expect(
      selections.labelled.labels
        == "projectcalico.org/hostname-hash=7DS2CCNJGGLTHBDQLLFO6SX24SY2YDDEG3W2VN556FA2W4DLLV5A")
    func object(_ name: String, _ revision: String) -> RawObject {
      .json(["metadata": ["name": .string(name), "resourceVersion": .string(revision)]])
    }
    let merged = AffinityLabels.merged(
      .init(items: [object("a", "1"), object("b", "2")], revision: "7"),
      .init(items: [object("b", "8"), object("c", "3")], revision: "9"))
    let found = merged.items.map { "\(AffinityLabels.name(of: $0) ?? "") \($0.revision ?? "")" }
    #expect(found == ["a 1", "b 8", "c 3"])
    // From there a watch tells of everything that came after either.
    #expect(merged.revision == "7")
  }
}
