// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoreRig
import Testing
import ValueTree

@testable import CommandLine

@Suite("calicoctl datastore migrate", .serialized)
struct MigrationTests {
  /// A desk whose store has something of every kind.
  private func filledDesk() async throws -> Desk {
    let desk = Desk()
    let resources = try MigrationSample.resources()
    try await desk.withStore { store in
      for resource in resources { _ = try await store.create(resource) }
    }
    return desk
  }

  private func export(_ desk: Desk) async throws -> String {
    let locked = await desk.run("datastore", "migrate", "lock")
    #expect(locked.code == 0 && locked.output == "Datastore locked.\n")
    #expect(isOnlyThePlace(locked.error, "Locking", desk), "\(locked.error)")
    let answer = await desk.run("datastore", "migrate", "export")
    try #require(answer.code == 0, "\(answer.error)")
    return answer.output
  }

  private func `import`(_ text: String, _ desk: Desk) async throws -> String {
    let answer = await desk.run("datastore", "migrate", "import", "-f", "-", input: text)
    try #require(answer.code == 0, "\(answer.error)")
    #expect(isOnlyThePlace(answer.error, "Importing into", desk), "\(answer.error)")
    return answer.output
  }

  /// Whether nothing is told but the datastore that is worked on, where it is a configured one.
  private func isOnlyThePlace(_ text: String, _ intent: String, _ desk: Desk) -> Bool {
    guard desk.followsConfiguration else { return text.isEmpty }
    return text.hasPrefix("\(intent) the ") && text.firstIndex(of: "\n") == text.indices.last
  }

  private func contents(_ desk: Desk) async throws -> [ResourceKey: Value] {
    try await desk.withStore { try await MigrationSample.contents(of: $0) }
  }

  @Test("the order of an import has every kind once")
  func order() {
    #expect(Migration.order.count == Kind.allCases.count)
    #expect(Set(Migration.order) == Set(Kind.allCases))
    let sample = try? MigrationSample.resources()
    #expect(Set(sample?.map(\.key.kind) ?? []) == Set(Kind.allCases))
  }

  @Test("lock and unlock set datastoreReady, as often as one likes")
  func lock() async throws {
    let desk = Desk()
    func ready() async throws -> Bool? {
      try await desk.withStore { try await MigrationLock($0).information()?.spec.datastoreReady }
    }
    #expect(try await ready() == nil)
    for _ in 0..<2 {
      #expect(
        await desk.run("datastore", "migrate", "lock") == .init(output: "Datastore locked.\n"))
      #expect(try await ready() == false)
    }
    for _ in 0..<2 {
      #expect(
        await desk.run("datastore", "migrate", "unlock") == .init(output: "Datastore unlocked.\n"))
      #expect(try await ready() == true)
    }
  }

  @Test("lock leaves everything else of the ClusterInformation as it is")
  func lockKeeps() async throws {
    let desk = try await filledDesk()
    _ = await desk.run("datastore", "migrate", "lock")
    let spec = try await desk.withStore { try await MigrationLock($0).information()?.spec }
    #expect(spec?.clusterGUID == "0123456789abcdef")
    #expect(spec?.clusterType == "bgp")
  }

  @Test("an export wants a lock")
  func exportUnlocked() async throws {
    let desk = try await filledDesk()
    let message =
      "Datastore is not locked. Run the `calicoctl datastore migrate lock` command in order to "
      + "begin migration.\n"
    #expect(await desk.run("datastore", "migrate", "export") == .init(code: 1, error: message))
    _ = await desk.run("datastore", "migrate", "unlock")
    #expect(await desk.run("datastore", "migrate", "export") == .init(code: 1, error: message))
  }

  @Test("an export can be imported into an empty store, and is the same when exported from there")
  func localToLocal() async throws {
    let old = try await filledDesk()
    let text = try await export(old)
    let new = Desk()
    let said = try await `import`(text, new)
    let count = try MigrationSample.resources().count
    #expect(
      said
        == lines(
          "Importing \(count) resource(s)...", "Successfully imported \(count) resource(s)",
          "The datastore is locked. Once Calico's programs are to use it: calicoctl datastore "
            + "migrate unlock"))
    #expect(MigrationSample.differences(try await contents(old), try await contents(new)) == [])
    #expect(await new.run("datastore", "migrate", "export").output == text)
  }

  @Test("what only a newer version understands is carried along")
  func unknownFields() async throws {
    let text = try await export(try await filledDesk())
    #expect(text.contains("ofTomorrow: 1"))
    let new = Desk()
    _ = try await `import`(text, new)
    let policy = try await new.withStore {
      try await $0.get(GlobalNetworkPolicy.self, "security.deny")
    }
    let rule = policy.encode()["spec"]?["ingress"]?.array?.first
    #expect(rule?["destination"]?["ofTomorrow"] == 1)
  }

  @Test("an import that was ended after any write goes on where it was")
  func interrupted() async throws {
    let old = try await filledDesk()
    // Nor does a file open the store that says its own was open.
    let text = try await export(old)
      .replacing("datastoreReady: false", with: "datastoreReady: true")
    #expect(text.contains("datastoreReady: true"))
    let wanted = try await contents(old)
    var isDone = false
    var writes = 0
    while !isDone {
      var new = Desk()
      new.wrap = { [writes] in CuttingStore.wrap($0, after: writes) }
      let first = await new.run("datastore", "migrate", "import", "-f", "-", input: text)
      isDone = first.code == 0
      if !isDone { #expect(first.error.contains("the program was ended here"), "\(writes)") }
      // Nobody uses half a store.
      if writes > 0 {
        #expect(
          try await new.withStore { try await MigrationLock($0).information() }?.spec
            .datastoreReady == false)
      }
      new.wrap = { $0 }
      _ = try await `import`(text, new)
      #expect(
        MigrationSample.differences(wanted, try await contents(new)) == [], "after \(writes)")
      writes += 1
    }
    #expect(writes > 20)
  }

  @Test("an import into a store that is in use is refused")
  func importUnlocked() async throws {
    let text = try await export(try await filledDesk())
    let new = Desk()
    _ = await new.run("datastore", "migrate", "unlock")
    let answer = await new.run("datastore", "migrate", "import", "-f", "-", input: text)
    #expect(answer.code == 1)
    #expect(answer.error.hasPrefix("Datastore is not locked: "), "\(answer.error)")
    #expect(try await new.keys(.ipPool) == [])
  }

  @Test("what calicoctl itself puts into an empty store is nothing that stands in the way")
  func importAfterGet() async throws {
    let old = try await filledDesk()
    let text = try await export(old)
    let new = Desk()
    #expect(await new.run("get", "tiers").code == 0)
    #expect(try await new.keys(.profile).count == 1)
    #expect(await new.run("datastore", "migrate", "lock").code == 0)
    let answer = await new.run("datastore", "migrate", "import", "-f", "-", input: text)
    #expect(answer.code == 0, "\(answer)")
  }

  @Test("an import into a store that holds something else is refused, and names it")
  func importNotEmpty() async throws {
    let text = try await export(try await filledDesk())
    let stranger = Desk()
    try await stranger.store(GlobalNetworkSet(name: "mine"), Tier(name: "default"))
    _ = await stranger.run("datastore", "migrate", "lock")
    let answer = await stranger.run("datastore", "migrate", "import", "-f", "-", input: text)
    #expect(answer.code == 1)
    #expect(
      answer.error
        == "nothing was imported: the datastore is not empty. It holds 1 object(s) that are not in "
        + "the file, or otherwise: GlobalNetworkSet(mine). Import into an empty datastore, or "
        + "delete them.\n")
    #expect(try await stranger.keys(.ipPool) == [])

    let other = Desk()
    try await other.store(IPPool(name: "pool", spec: IPPoolSpec(cidr: "10.9.0.0/16")))
    _ = await other.run("datastore", "migrate", "lock")
    let second = await other.run("datastore", "migrate", "import", "-f", "-", input: text)
    #expect(second.code == 1)
    #expect(second.error.contains("IPPool(pool)"), "\(second.error)")
  }

  @Test("what programs put into an empty store by themselves is replaced")
  func builtIn() async throws {
    let old = try await filledDesk()
    let text = try await export(old)
    let new = Desk()
    try await new.store(Tier(name: "default"), ClusterInformation(name: "default"))
    _ = await new.run("datastore", "migrate", "lock")
    _ = try await `import`(text, new)
    #expect(MigrationSample.differences(try await contents(old), try await contents(new)) == [])
  }

  @Test("a file with a mistake is refused as a whole, with the place")
  func badFile() async throws {
    let text = try await export(try await filledDesk())
    let new = Desk()
    let bad = text.replacing("cidr: 10.1.0.0/16", with: "cidr: ten")
    let answer = await new.run("datastore", "migrate", "import", "-f", "-", input: bad)
    #expect(answer.code == 1)
    #expect(
      answer.error.hasPrefix("nothing was imported: the file cannot be used:\n<stdin>:"),
      "\(answer.error)")
    #expect(answer.error.contains("spec.cidr"), "\(answer.error)")
    for (input, part) in [
      ("kind: Pod\napiVersion: v1", "must be a kind of Calico's"), ("", "holds no resources"),
      (text + text, "stands twice in the file"), ("a: [", "<stdin>:"),
    ] {
      let answer = await new.run("datastore", "migrate", "import", "-f", "-", input: input)
      #expect(answer.code == 1)
      #expect(answer.error.contains(part), "\(answer.error)")
    }
    #expect(
      await new.run("datastore", "migrate", "import", "-f", "/nowhere").error
        == "failed to execute command: cannot read /nowhere: No such file or directory\n")
    #expect(try await new.withStore { try await MigrationLock($0).information() } == nil)
  }

  @Test("a file that is larger than the YAML reader takes is read in parts")
  func largeFile() throws {
    var text = ""
    let filler = String(repeating: "x", count: 1 << 20)
    for number in 0..<20 {
      var set = GlobalNetworkSet(name: "set-\(number)")
      set.metadata.annotations["filler"] = filler + "\n---\n"
      text += MigrationFile.text(of: set)
    }
    let read = try MigrationFile.read(Array(text.utf8), file: "large")
    #expect(read.map(\.metadata.name) == (0..<20).map { "set-\($0)" })
    #expect(read.allSatisfy { $0.metadata.annotations["filler"] == filler + "\n---\n" })
    let bad = text + "---\nkind: Pod\n"
    #expect {
      try MigrationFile.read(Array(bad.utf8), file: "large")
    } throws: { error in
      "\(error)".contains("large from line ")
    }
  }

  @Test("nodes get the names that Kubernetes has for them, and all that names them follows")
  func renaming() throws {
    let old = try MigrationSample.resources().map { resource -> any Resource in
      guard var node = resource as? Node else { return resource }
      node.spec.orchRefs = [.init(nodeName: "worker", orchestrator: "k8s")]
      return node
    }
    let renaming = try NodeRenaming(old)
    #expect(renaming.lines == ["Node(n1) is called worker, as in Kubernetes\n"])
    let texts = old.map { MigrationFile.text(of: renaming.renamed($0)) }.joined()
    #expect(!texts.contains("host:n1"))
    for part in [
      "name: worker-10-1-0-64-26", "affinity: host:worker", "name: node.worker",
      "ipip-tunnel-addr-worker", "node: worker", "handle_id: k8s-pod-network.ABC",
    ] {
      #expect(texts.contains(part), "\(part)")
    }
    let left = texts.split(separator: "\n").filter { $0.contains("n1") }
    // The names of the endpoints, one of which Kubernetes has made anew.
    #expect(
      left.map { $0.drop { $0 == " " } } == [
        "name: n1-eth0", "name: n1-k8s-nginx-eth0", "node: n1",
      ])
    var second = Node(name: "worker")
    second.spec.orchRefs = []
    #expect {
      try NodeRenaming(old + [second])
    } throws: { error in
      "\(error)".contains("the nodes n1 and worker are both 'worker' in Kubernetes")
    }
  }

  @Test("everything gets from a file to etcd, from there to Kubernetes, and back")
  func roundTrip() async throws {
    let first = try await filledDesk()
    let etcd = try await EtcdServer.start()
    let server = try await KubernetesServer.shared()
    try await server.reset()
    try await server.makeNamespace("web")
    try server.apply(
      [
        "apiVersion": "v1", "kind": "Node",
        "metadata": ["name": "n1", "labels": ["rack": "r1"]],
      ],
      [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "nginx", "namespace": "web"],
        "spec": [
          "nodeName": "n1", "containers": [["name": "c", "image": "x"]],
          "automountServiceAccountToken": false,
        ],
      ])

    let text = try await export(first)
    var second = Desk()
    second.followsConfiguration = true
    second.environment = ["DATASTORE_TYPE": "etcdv3", "ETCD_ENDPOINTS": etcd.endpoint]
    _ = try await `import`(text, second)
    let wanted = try await contents(first)
    #expect(MigrationSample.differences(wanted, try await contents(second)) == [])

    var third = Desk()
    third.followsConfiguration = true
    third.environment = ["DATASTORE_TYPE": "kubernetes", "KUBECONFIG": server.kubeconfigFile()]
    let fromEtcd = try await export(second)
    #expect(fromEtcd == text)
    let said = try await `import`(fromEtcd, third)
    for line in [
      "Skipped 1 'Profile' resource(s), which this datastore makes of Kubernetes' own objects: "
        + "Profile(kns.web)\n",
      "Skipped 1 'NetworkPolicy' resource(s), which this datastore makes of Kubernetes' own "
        + "objects: NetworkPolicy(web/knp.default.db)\n",
      "Skipped 1 'WorkloadEndpoint' resource(s), which this datastore makes of Kubernetes' own "
        + "objects: WorkloadEndpoint(web/n1-k8s-nginx-eth0)\n",
    ] {
      #expect(said.contains(line), "\(said)")
    }
    // Again: all is there, and nothing is written.
    #expect(
      try await `import`(fromEtcd, third).contains("Successfully imported 0 resource(s)"))

    let fourth = Desk()
    _ = try await `import`(try await export(third), fourth)
    let found = try await contents(fourth)
    func isCalicos(_ key: ResourceKey) -> Bool {
      switch key.kind {
      case .profile, .workloadEndpoint: false
      default: !key.name.hasPrefix("knp.")
      }
    }
    #expect(
      MigrationSample.differences(
        wanted.filter { isCalicos($0.key) }, found.filter { isCalicos($0.key) }) == [])
    // What Kubernetes makes of its own.
    #expect(found.keys.contains(ResourceKey(kind: .profile, name: "kns.web")))
    #expect(
      found.keys.contains(
        ResourceKey(kind: .workloadEndpoint, namespace: "web", name: "n1-k8s-nginx-eth0")))
    await etcd.kill()
    try await server.reset()
  }

  @Test("a node that Kubernetes does not have is passed over and named, and taken later")
  func missingNode() async throws {
    let server = try await KubernetesServer.shared()
    try await server.reset()
    let text = try await export(try await filledDesk())
    var desk = Desk()
    desk.followsConfiguration = true
    desk.environment = ["DATASTORE_TYPE": "kubernetes", "KUBECONFIG": server.kubeconfigFile()]
    try await server.makeNamespace("web")
    #expect(
      try await `import`(text, desk).contains(
        "Skipped Node(n1): the cluster has no node of that name."))
    try server.apply([
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": "n1", "labels": ["rack": "r2"]],
    ])
    #expect(
      try await `import`(text, desk).contains("Successfully imported 1 resource(s)"))
    let node = try await desk.withStore { try await $0.get(Node.self, "n1") }
    #expect(node.spec.bgp?.ipv4Address == "192.0.2.1/24")
    // Kubernetes' label stays what it was.
    #expect(node.metadata.labels["rack"] == "r2")
    try await server.reset()
  }
}
