// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoreRig
import StoresUnderTest
import Synchronization
import TestSupport
import Testing

@Suite("What every datastore has")
struct BuiltInObjectsTests {
  let desk = Desk()

  private static let node = """
    apiVersion: projectcalico.org/v3
    kind: Node
    metadata: {name: NAME}
    """

  @Test("tiers are listed in the order in which they decide, the built-in ones among them")
  func tiers() async throws {
    let last = Book.tier.replacing("internal-access", with: "a-last").replacing(
      "  order: 100\n", with: ""
    ).replacing("  order: 100", with: "")
    _ = await desk.run("apply", "-f", "-", input: [Book.tier, last].joined(separator: "\n---\n"))
    let rows = await desk.run("get", "tiers").output.split(separator: "\n").map {
      $0.split(separator: " ").first ?? ""
    }
    #expect(
      rows == [
        "NAME", "internal-access", "kube-admin", "default", "kube-baseline", "a-last",
      ])
    let stored = try await desk.withStore { try await $0.all(Tier.self) }
    let actions = Dictionary(
      uniqueKeysWithValues: stored.map { ($0.metadata.name, $0.spec.defaultAction) })
    #expect(actions["default"] == .deny)
    #expect(actions["kube-admin"] == .pass)
    #expect(actions["kube-baseline"] == .pass)
  }

  @Test("the profile that allows all is there before an agent ran")
  func profile() async throws {
    #expect(await desk.run("get", "profile", "projectcalico-default-allow").code == 0)
    let profile = try await desk.withStore {
      try await $0.get(Profile.self, "projectcalico-default-allow")
    }
    #expect(profile.spec.ingress.map(\.action) == [.allow])
    #expect(profile.spec.egress.map(\.action) == [.allow])
  }

  @Test("nothing built in is written while the datastore is locked")
  func locked() async throws {
    var information = ClusterInformation(name: "default")
    information.spec.datastoreReady = false
    try await desk.store(information)
    #expect(await desk.run("get", "tiers").code == 0)
    #expect(try await desk.keys(.tier) == [])
  }

  @Test("the first node gives the cluster its identity, and later ones keep it")
  func identity() async throws {
    func create(_ name: String) async -> Int32 {
      await desk.run("create", "-f", "-", input: Self.node.replacing("NAME", with: name)).code
    }
    async let a = create("a")
    async let b = create("b")
    #expect(await [a, b] == [0, 0])
    func stored() async throws -> ClusterInformation {
      try await desk.withStore { try await $0.get(ClusterInformation.self, "default") }
    }
    let first = try await stored()
    #expect(first.spec.clusterGUID.wholeMatch(of: /[0-9a-f]{32}/) != nil)
    #expect(first.spec.datastoreReady == true)
    #expect(await create("c") == 0)
    #expect(try await stored().spec.clusterGUID == first.spec.clusterGUID)
  }

  @Test("a policy says its tier in a label too")
  func label() async throws {
    for verb in ["create", "apply", "replace"] {
      #expect(await desk.run(verb, "-f", "-", input: Book.globalNetworkPolicy).code == 0)
      let stored = try await desk.withStore {
        try await $0.get(GlobalNetworkPolicy.self, "allow-tcp-6379")
      }
      #expect(stored.metadata.labels["projectcalico.org/tier"] == "default")
    }
  }

  @Test("lists of kinds inside a bare list are read")
  func listsInList() async throws {
    func list(_ kind: String, _ names: String...) -> String {
      let items = names.map { "\n    - metadata: {name: \($0)}" }.joined()
      return """
        - apiVersion: projectcalico.org/v3
          kind: \(kind)List
          items:\(items)

        """
    }
    let input = list("GlobalNetworkSet", "a", "b") + list("Tier", "t")
    #expect(
      await desk.run("create", "-f", "-", input: input)
        == .init(output: "Successfully created 3 resource(s)\n"))
    let wrong = input.replacing("{name: t}", with: "{name: t, namespace: 1}")
    #expect(
      await desk.run("apply", "-f", "-", input: wrong).error.contains("[1].items[0].metadata"))
  }

  @Test("what is exported says no namespace and no link to itself")
  func export() async throws {
    let policy = Book.networkPolicy.replacing("  namespace:", with: "  selfLink: /x\n  namespace:")
    #expect(await desk.run("create", "-f", "-", input: policy).code == 0)
    let whole = await desk.run("get", "np", "-n", "myproject", "-oyaml").output
    #expect(whole.contains("selfLink: /x") && whole.contains("namespace: myproject"), "\(whole)")
    let export = await desk.run("get", "np", "-n", "myproject", "-oyaml", "--export").output
    #expect(!export.contains("selfLink") && !export.contains("namespace: myproject"), "\(export)")
  }

  @Test(
    "a kind that has no namespaces is not shown of all of them",
    arguments: Kind.allCases.filter { $0.isUserVisible && !$0.isNamespaced })
  func allNamespaces(kind: Kind) async throws {
    #expect(
      await desk.run("get", kind.rawValue, "-A")
        == .init(
          code: 1, error: "failed to get resources: \(kind.rawValue) is not namespaced\n"))
  }

  @Test("all of it is there in etcd before an agent ran", .timeLimit(.minutes(2)))
  func etcd() async throws {
    let server = try await EtcdServer.start()
    var desk = Desk()
    desk.followsConfiguration = true
    desk.environment = ["DATASTORE_TYPE": "etcdv3", "ETCD_ENDPOINTS": server.endpoint]
    #expect(
      await desk.run("get", "tiers")
        == .init(
          output: lines(
            "NAME            ORDER      ", "kube-admin      1000       ",
            "default         1000000    ", "kube-baseline   10000000   ", "")))
    let profile = await desk.run("get", "profile", "projectcalico-default-allow", "-oyaml")
    #expect(profile.code == 0 && profile.output.contains("- action: Allow"), "\(profile)")
    #expect(try await desk.keys(.clusterInformation) == [])
    let created = await desk.run(
      "create", "-f", "-", input: Self.node.replacing("NAME", with: "n"))
    #expect(created == .init(output: "Successfully created 1 'Node' resource(s)\n"))
    let stored = try await desk.withStore { try await $0.get(ClusterInformation.self, "default") }
    #expect(stored.spec.clusterGUID.wholeMatch(of: /[0-9a-f]{32}/) != nil)
    // A value that no store has written.
    let place = "/calico/resources/v3/projectcalico.org/"
    try server.put("\(place)globalnetworksets/a", "{")
    let tier = try server.value(of: "\(place)tiers/default")
    try server.put("\(place)globalnetworksets/b", tier)
    #expect(
      await desk.run(
        "create", "-f", "-",
        input: "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: c}\n"
      ).code == 0)
    let list = await desk.run("get", "globalnetworksets")
    #expect(list.code == 1 && list.output == lines("NAME   ", "c      ", ""), "\(list)")
    for name in ["a", "b"] {
      #expect(list.error.contains("GlobalNetworkSet(\(name)) cannot be read: "), "\(list)")
      let one = await desk.run("get", "globalnetworkset", name)
      #expect(one.code == 1 && one.error.contains("GlobalNetworkSet(\(name)) cannot be read: "))
      #expect(
        await desk.run("delete", "globalnetworkset", name)
          == .init(output: "Successfully deleted 1 'GlobalNetworkSet' resource(s)\n"))
    }
    #expect(
      await desk.run("get", "globalnetworksets") == .init(output: lines("NAME   ", "c      ", "")))
    #expect(await desk.run("get", "tier", "default").code == 0)
  }

  @Test("a cluster that has its identity is not asked for what is built in")
  func calls() async throws {
    func gets(_ arguments: String...) async -> Int {
      let counter = CallCounter()
      var desk = self.desk
      desk.wrap = { store in
        var wrapped = WrappedDatastore(store)
        wrapped.before = { call throws(DatastoreError) in if call == .get { counter.count() } }
        return wrapped
      }
      #expect(await desk.run(arguments).code == 0)
      return counter.value
    }
    // The cluster's information, and each of the four that are built in.
    #expect(await gets("get", "tiers") == 5)
    #expect(await gets("get", "ippools") == 1)
    #expect(
      await desk.run("create", "-f", "-", input: Self.node.replacing("NAME", with: "a")).code == 0)
    #expect(await gets("get", "tiers") == 1)
    #expect(await gets("get", "tier", "default") == 2)
    #expect(await gets("delete", "node", "a") > 2)
  }
}

/// Counts calls.
private final class CallCounter: Sendable {
  private let calls = Mutex(0)

  var value: Int { calls.withLock { $0 } }

  func count() { calls.withLock { $0 += 1 } }
}
