// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import Synchronization
import TestSupport
import Testing
import ValueTree

@Suite("Writing resources")
struct WritingTests {
  let desk = Desk()

  @Test("create, apply and replace say what they did")
  func verbs() async throws {
    #expect(
      await desk.run("create", "-f", "-", input: Book.ipPool)
        == .init(output: "Successfully created 1 'IPPool' resource(s)\n"))
    #expect(
      await desk.run("apply", "-f", "-", input: Book.ipPool)
        == .init(output: "Successfully applied 1 'IPPool' resource(s)\n"))
    #expect(
      await desk.run("replace", "-f", "-", input: Book.ipPool)
        == .init(output: "Successfully replaced 1 'IPPool' resource(s)\n"))
    #expect(
      await desk.run("delete", "-f", "-", input: Book.ipPool)
        == .init(output: "Successfully deleted 1 'IPPool' resource(s)\n"))
    #expect(try await desk.keys(.ipPool) == [])
  }

  @Test("resources of several kinds are counted together")
  func mixed() async throws {
    let input = [Book.networkPolicy, Book.ipPool].joined(separator: "\n---\n")
    #expect(
      await desk.run("apply", "-f-", input: input)
        == .init(output: "Successfully applied 2 resource(s)\n"))
    #expect(try await desk.keys(.networkPolicy) == ["NetworkPolicy(myproject/allow-tcp-6379)"])
  }

  @Test("create fails for what exists, unless told to pass over it")
  func createExisting() async throws {
    _ = await desk.run("create", "-f", "-", input: Book.ipPool)
    #expect(
      await desk.run("create", "-f", "-", input: Book.ipPool)
        == .init(
          code: 1,
          error:
            "failed to create 'IPPool' resource: [resource already exists: IPPool(my.ippool)]\n"
        ))
    #expect(
      await desk.run("create", "-f", "-", "--skip-exists", input: Book.ipPool)
        == .init(output: "Successfully created 0 'IPPool' resource(s)\n"))
  }

  @Test("replace fails for what does not exist")
  func replaceMissing() async throws {
    #expect(
      await desk.run("replace", "-f", "-", input: Book.ipPool)
        == .init(
          code: 1,
          error:
            "failed to replace 'IPPool' resource: [resource does not exist: IPPool(my.ippool)]\n"
        ))
  }

  @Test(
    "a document of no known kind keeps all others from being written, and all mistakes are told")
  func allOrNothing() async throws {
    let bad = Book.ipPool.replacing("CrossSubnet", with: "Sometimes")
    let input = [Book.networkPolicy, bad, "kind: Pod\napiVersion: v1"].joined(separator: "\n---\n")
    let file = try desk.folder.write(input, to: "all.yaml")
    #expect(
      await desk.run("apply", "-f", file)
        == .init(
          code: 1,
          error: lines(
            "failed to execute command: \(file):32:1: kind: unknown resource type (Pod) and/or "
              + "version (v1)",
            "\(file):28:3: error with field IPIPMode = 'Sometimes' (spec.ipipMode: must be one of "
              + "Always, CrossSubnet, Never)")))
    #expect(try await desk.keys(.networkPolicy) == [])
  }

  @Test("an object that is refused keeps no other of its files from being written or deleted")
  func objectByObject() async throws {
    func set(_ name: String, _ spec: String = "{}") -> String {
      "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: \(name)}\n"
        + "spec: \(spec)\n"
    }
    let input = [set("a"), set("b", "{nets: [x]}"), set("c", "{net: []}"), set("d")]
    for (verb, past) in [("create", "created"), ("apply", "applied"), ("replace", "replaced")] {
      let answer = await desk.run(verb, "-f", "-", input: input.joined(separator: "---\n"))
      #expect(answer.code == 1)
      #expect(
        answer.output
          == "Partial success: \(past) the first 2 out of 4 'GlobalNetworkSet' resources:\n")
      #expect(answer.error.contains("hit error: GlobalNetworkSet(b): <stdin>:"), "\(answer)")
      #expect(answer.error.contains("hit error: GlobalNetworkSet(c): <stdin>:"), "\(answer)")
      let stored = try await desk.keys(.globalNetworkSet)
      #expect(stored == ["GlobalNetworkSet(a)", "GlobalNetworkSet(d)"])
    }
    let deleted = await desk.run(
      "delete", "-f", "-",
      input: [set("a"), set("c", "{net: []}"), set("d")].joined(separator: "---\n"))
    #expect(deleted.code == 1 && deleted.error.contains("GlobalNetworkSet(c): <stdin>:"))
    #expect(try await desk.keys(.globalNetworkSet) == [])
  }

  @Test("a file that is no YAML says where")
  func syntax() async throws {
    let answer = await desk.run("apply", "-f", "-", input: "kind: IPPool\n  spec: 1\n")
    #expect(answer.code == 1)
    #expect(answer.error.hasPrefix("failed to execute command: <stdin>:2:"), "\(answer.error)")
  }

  @Test("a failure keeps no other resource from being written")
  func partial() async throws {
    _ = await desk.run("create", "-f", "-", input: Book.tier)
    let other = Book.tier.replacing("internal-access", with: "other")
    let input = [other, Book.tier, Book.tier].joined(separator: "\n---\n")
    #expect(
      await desk.run("create", "-f", "-", input: input)
        == .init(
          code: 1,
          output: "Partial success: created the first 1 out of 3 'Tier' resources:\n",
          error: "hit error: resource already exists: Tier(internal-access)\n"
            + "hit error: resource already exists: Tier(internal-access)\n"))
    let third = Book.tier.replacing("internal-access", with: "third")
    let around = [Book.tier, third, other].joined(separator: "\n---\n")
    #expect(
      await desk.run("create", "-f", "-", input: around)
        == .init(
          code: 1,
          output: "Partial success: created the first 1 out of 3 'Tier' resources:\n",
          error: "hit error: resource already exists: Tier(internal-access)\n"
            + "hit error: resource already exists: Tier(other)\n"))
    let none = [Book.tier, other].joined(separator: "\n---\n")
    #expect(
      await desk.run("create", "-f", "-", input: none)
        == .init(
          code: 1,
          error: "failed to create any 'Tier' resources: [resource already exists: "
            + "Tier(internal-access), resource already exists: Tier(other)]\n"))
    #expect(
      await desk.run(
        "replace", "-f", "-", input: [Book.ipPool, Book.tier].joined(separator: "\n---\n"))
        == .init(
          code: 1, output: "Partial success: replaced the first 1 out of 2 resources:\n",
          error: "hit error: resource does not exist: IPPool(my.ippool)\n"))
    #expect(
      await desk.run("delete", "tier", "other", "missing", "third")
        == .init(
          code: 1, output: "Partial success: deleted the first 2 out of 3 'Tier' resources:\n",
          error: "hit error: resource does not exist: Tier(missing)\n"))
    #expect(
      await desk.run("delete", "pool", "a", "b").error
        == "failed to delete any 'IPPool' resources: [resource does not exist: IPPool(a), "
        + "resource does not exist: IPPool(b)]\n")
    let left = try await desk.withStore { try await $0.all(Tier.self).map(\.metadata.name) }
    #expect(left == ["default", "internal-access", "kube-admin", "kube-baseline"])
  }

  @Test("an object that the server cannot take ends nothing, and a datastore that is gone does")
  func unavailable() async throws {
    let sets = (1...4).map { "kind: GlobalNetworkSet\nmetadata: {name: s\($0)}\n" }
      .map { "apiVersion: projectcalico.org/v3\n" + $0 }.joined(separator: "---\n")
    func create(failing: Set<Int>) async -> Desk.Answer {
      var desk = Desk()
      // What every datastore has is there: only the file's own are created.
      _ = await desk.run("get", "tiers")
      let creates = Creates()
      desk.wrap = { store in
        var wrapped = WrappedDatastore(store)
        wrapped.before = { call throws(DatastoreError) in
          guard call == .create else { return }
          let number = creates.next()
          if failing.contains(number) { throw .unavailable("no s\(number)") }
        }
        return wrapped
      }
      return await desk.run("create", "-f", "-", input: sets)
    }
    let some = await create(failing: [1, 3])
    #expect(
      some.output
        == "Partial success: created the first 2 out of 4 'GlobalNetworkSet' resources:\n")
    #expect(some.error.contains("no s1") && some.error.contains("no s3"), "\(some)")
    let all = await create(failing: [1, 2, 3, 4])
    #expect(all.code == 1)
    #expect(all.error.contains("no s2, the other 2 were not tried"), "\(all)")
    #expect(!all.error.contains("no s3"))
  }

  /// Counts.
  private final class Creates: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
      count.withLock { count in
        count += 1
        return count
      }
    }
  }

  @Test("writing over a resource keeps its identity and changes its spec and labels")
  func identity() async throws {
    _ = await desk.run("create", "-f", "-", input: Book.globalNetworkPolicy)
    func stored() async throws -> GlobalNetworkPolicy {
      try await desk.withStore { try await $0.get(GlobalNetworkPolicy.self, "allow-tcp-6379") }
    }
    let first = try await stored()
    let changed = Book.globalNetworkPolicy
      .replacing("app == 'database'", with: "app == 'db'")
      .replacing("  name:", with: "  labels: {a: b}\n  name:")
    for verb in ["apply", "replace"] {
      #expect(await desk.run(verb, "-f", "-", input: changed).code == 0)
      let second = try await stored()
      #expect(second.metadata.uid == first.metadata.uid)
      #expect(second.metadata.creationTimestamp == first.metadata.creationTimestamp)
      #expect(second.metadata.resourceVersion != first.metadata.resourceVersion)
      #expect(second.metadata.labels == ["a": "b", "projectcalico.org/tier": "default"])
      #expect(second.spec.selector == "app == 'db'")
      #expect(second.spec.tier == "default")
      #expect(second.spec.types == [.ingress, .egress])
    }
  }

  @Test("a revision that is not the stored one is out of date")
  func outOfDate() async throws {
    _ = await desk.run("create", "-f", "-", input: Book.tier)
    let fetched = await desk.run("get", "tier", "internal-access", "-o", "yaml").output
    #expect(await desk.run("apply", "-f", "-", input: fetched).code == 0)
    let version = try #require(fetched.firstMatch(of: /resourceVersion: "(\d+)"/)?.1)
    let latest = try await desk.withStore {
      try await $0.get(Tier.self, "internal-access").metadata.resourceVersion ?? ""
    }
    // One that is higher is of another datastore, or of this one before it was restored.
    for (verb, given) in ["apply", "replace", "delete"].flatMap({
      [($0, version), ($0, "99999999")]
    }) {
      #expect(
        await desk.run(
          verb, "-f", "-", input: fetched.replacing("\"\(version)\"", with: "\"\(given)\""))
          == .init(
            code: 1,
            error: "failed to \(verb) 'Tier' resource: [update conflict: Tier(internal-access): "
              + "resource version '\(given)' is out of "
              + "date (latest: \(latest)). Update the resource YAML/JSON in order to make "
              + "changes]\n"))
    }
    #expect(
      await desk.run("create", "-f", "-", input: fetched.replacing("-access", with: "-x")).error
        == "failed to create 'Tier' resource: [Tier(internal-x): <stdin>:6:3: error with field "
        + "ResourceVersion = '\(version)' (metadata.resourceVersion: must not be set when a "
        + "resource is created)]\n")
    #expect(
      await desk.run("apply", "-f", "-", input: fetched.replacing("-access", with: "-x")).code == 0)
  }

  @Test("what a program reported of a node stays when a person writes the node anew without it")
  func status() async throws {
    var node = Node(name: "n1")
    node.status = NodeStatus()
    node.status?.wireguardPublicKey = "key"
    try await desk.store(node)
    // Go writes a status that has nothing in it as null. One that says something is written.
    for (status, key) in [
      ("", "key"), ("status: null", "key"), ("status: {wireguardPublicKey: other}", "other"),
    ] {
      let input = """
        apiVersion: projectcalico.org/v3
        kind: Node
        metadata: {name: n1, creationTimestamp: null}
        spec:
          bgp: {ipv4Address: 10.0.0.1/24}
        \(status)
        """
      #expect(await desk.run("apply", "-f", "-", input: input).code == 0)
      let stored = try await desk.withStore { try await $0.get(Node.self, "n1") }
      #expect(stored.status?.wireguardPublicKey == key)
      #expect(stored.spec.bgp?.ipv4Address == "10.0.0.1/24")
    }
  }

  @Test("a status that this kind has not of its own is kept too")
  func otherStatus() async throws {
    var pool = IPPool(name: "p", spec: IPPoolSpec(cidr: "10.0.0.0/16"))
    pool.unknown = [.init("status", ["conditions": [["type": "Allocatable"]]])]
    try await desk.store(pool)
    for status in ["", "status: null"] {
      let input = Book.ipPool.replacing("my.ippool", with: "p").replacing("10.1.", with: "10.0.")
      #expect(await desk.run("apply", "-f", "-", input: "\(input)\n\(status)\n").code == 0)
      let stored = try await desk.withStore { try await $0.get(IPPool.self, "p") }
      #expect(stored.unknown == pool.unknown)
    }
  }

  @Test("a list whose items are null is a list of nothing")
  func nullItems() async throws {
    let input = "apiVersion: projectcalico.org/v3\nkind: TierList\nmetadata: {}\nitems: null\n"
    for verb in ["create", "apply", "replace", "delete"] {
      #expect(
        await desk.run(verb, "-f", "-", input: input)
          == .init(code: 1, error: "no resources specified\n"))
      #expect(
        await desk.run(verb, "-f", "-", "--skip-empty", input: input)
          == .init(output: "No resources specified\n"))
    }
    #expect(
      await desk.run("apply", "-f", "-", input: "\(input)---\n\(Book.tier)")
        == .init(output: "Successfully applied 1 'Tier' resource(s)\n"))
  }

  @Test("what is said of a value with line breaks is one line")
  func lineBreaks() async throws {
    let input = """
      apiVersion: projectcalico.org/v3
      kind: GlobalNetworkPolicy
      metadata: {name: p}
      spec:
        selector: |
          app == 'a'

      """
    let answer = await desk.run("apply", "-f", "-", input: input)
    #expect(
      answer
        == .init(
          code: 1,
          error:
            "failed to apply 'GlobalNetworkPolicy' resource: [GlobalNetworkPolicy(p): <stdin>:5:3: "
            + "error with field Selector = 'app == 'a'\\n' (spec.selector: invalid selector: "
            + "expected &&, || or the end, found \"\\n\" at position 11)]\n"))
    for arguments in [
      ["get", "a\nb"], ["get", "nodes", "a\nb"], ["get", "nodes", "-o", "a\nb"],
      ["delete", "nodes", "a\nb"], ["apply", "-f", "/a\nb"], ["get", "nodes", "-c", "/a\nb"],
      ["ipam", "release", "--ip", "a\nb"], ["ipam", "show", "--ip", "a\nb"],
      ["delete", "np", "a\nb", "-n", "c\nd"],
    ] {
      let answer = await desk.run(arguments)
      #expect(answer.code == 1)
      #expect(answer.error.split(separator: "\n").count == 1, "\(answer.error)")
    }
  }

  @Test("files without resources are an error, unless told otherwise")
  func empty() async throws {
    #expect(
      await desk.run("apply", "-f", "-", input: "---\n# nothing\n")
        == .init(code: 1, error: "no resources specified\n"))
    #expect(
      await desk.run("apply", "-f", "-", "--skip-empty")
        == .init(output: "No resources specified\n"))
  }

  @Test("a folder gives its YAML and JSON files, and the folders inside it when asked")
  func folders() async throws {
    try desk.folder.makeFolder("m")
    try desk.folder.makeFolder("m/inner")
    _ = try desk.folder.write(Book.ipPool, to: "m/a.yaml")
    _ = try desk.folder.write("not YAML: [", to: "m/notes.txt")
    _ = try desk.folder.write(
      #"{"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": "t"}}"#,
      to: "m/b.json")
    _ = try desk.folder.write(Book.tier, to: "m/inner/c.yml")
    #expect(
      await desk.run("apply", "-f", desk.folder.file("m"))
        == .init(output: "Successfully applied 2 resource(s)\n"))
    #expect(
      await desk.run("apply", "-R", "--filename", desk.folder.file("m"))
        == .init(output: "Successfully applied 3 resource(s)\n"))
    #expect(
      await desk.run("apply", "-f", desk.folder.file("m/none.yaml"))
        == .init(
          code: 1,
          error: "failed to execute command: cannot read \(desk.folder.file("m/none.yaml")): "
            + "No such file or directory\n"))
  }

  @Test("lists are taken apart, and problems name the item")
  func lists() async throws {
    _ = await desk.run("apply", "-f", "-", input: Book.ipPool)
    _ = await desk.run(
      "apply", "-f", "-",
      input: Book.ipPool.replacing("my.", with: "your.").replacing("10.1.", with: "10.2."))
    let list = await desk.run("get", "ippools", "-o", "yaml", "--export").output
    _ = await desk.run("delete", "ippool", "my.ippool", "your.ippool")
    #expect(
      await desk.run("create", "-f", "-", input: list)
        == .init(output: "Successfully created 2 'IPPool' resource(s)\n"))
    let overlap = list.replacing("your.", with: "other.").replacing(
      "10.2.0.0/16", with: "10.1.8.0/24")
    #expect(
      await desk.run("apply", "-f", "-", input: overlap).error
        == "hit error: <stdin>:28:5: error with field CIDR = '10.1.8.0/24' (items[1].spec.cidr: "
        + "IPPool(other.ippool) CIDR overlaps with IPPool(my.ippool)/CIDR 10.1.0.0/16)\n")
  }
}
