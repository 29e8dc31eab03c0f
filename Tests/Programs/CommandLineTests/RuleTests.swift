// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import TestSupport
import Testing

@Suite("What depends on what is stored")
struct RuleTests {
  let desk = Desk()

  @Test("a pool keeps its range and block size")
  func poolStays() async throws {
    let pool = Book.ipPool.replacing("  disabled", with: "  blockSize: 24\n  disabled")
    _ = await desk.run("create", "-f", "-", input: pool)
    #expect(await desk.run("apply", "-f", "-", input: Book.ipPool).code == 0)
    let stored = try await desk.withStore { try await $0.get(IPPool.self, "my.ippool") }
    #expect(stored.spec.blockSize == 24)
    #expect(
      await desk.run("apply", "-f", "-", input: pool.replacing("Size: 24", with: "Size: 26")).error
        == "failed to apply 'IPPool' resource: [IPPool(my.ippool): <stdin>:9:3: error with field "
        + "BlockSize = '26' (spec.blockSize: Block size cannot be changed; follow IP pool "
        + "migration guide to avoid corruption.)]\n")
    #expect(
      await desk.run("replace", "-f", "-", input: pool.replacing("10.1.", with: "10.2.")).error
        == "failed to replace 'IPPool' resource: [IPPool(my.ippool): <stdin>:6:3: error with "
        + "field CIDR = '10.2.0.0/16' (spec.cidr: CIDR cannot be changed; follow IP pool migration "
        + "guide to avoid corruption.)]\n")
  }

  @Test("a pool that overlaps another is refused")
  func poolOverlap() async throws {
    _ = await desk.run("create", "-f", "-", input: Book.ipPool)
    let other = Book.ipPool.replacing("my.", with: "your.").replacing(
      "10.1.0.0/16", with: "10.0.0.0/8")
    #expect(
      await desk.run("create", "-f", "-", input: other).error
        == "failed to create 'IPPool' resource: [<stdin>:6:3: error with field CIDR = "
        + "'10.0.0.0/8' (spec.cidr: IPPool(your.ippool) CIDR overlaps with IPPool(my.ippool)/CIDR "
        + "10.1.0.0/16)]\n")
  }

  @Test("deleting a pool gives its blocks back first")
  func poolDelete() async throws {
    _ = await desk.run("create", "-f", "-", input: Book.ipPool)
    try await desk.withStore { store in
      _ = try await IPAMClient(store: store).ensureBlock(host: "n1")
    }
    #expect(try await desk.keys(.ipamBlock).count == 1)
    #expect(
      await desk.run("delete", "pool", "my.ippool").output
        == "Successfully deleted 1 'IPPool' resource(s)\n")
    #expect(try await desk.keys(.ipamBlock) == [])
    #expect(try await desk.keys(.blockAffinity) == [])
  }

  @Test("a policy needs its tier")
  func tierMissing() async throws {
    let policy = Book.networkPolicy.replacing("name: allow", with: "name: internal-access.allow")
    let refused = await desk.run("create", "-f", "-", input: policy)
    #expect(refused.code == 1)
    #expect(
      refused.error.contains(
        "(metadata.name: tier 'internal-access' does not exist: create it before its policies)]"))
    let global = Book.globalNetworkPolicy.replacing("spec:", with: "spec:\n  tier: internal-access")
    #expect(
      await desk.run("apply", "-f", "-", input: global).error.contains(
        "<stdin>:6:3: error with field Tier = 'internal-access' (spec.tier: tier 'internal-access' does not exist"
      ))
    let both = [Book.tier, policy].joined(separator: "\n---\n")
    #expect(await desk.run("create", "-f", "-", input: both).code == 0)
  }

  @Test("a tier with policies stays, and so do the built-in ones")
  func tierDelete() async throws {
    let policies = (1...4).map {
      Book.networkPolicy.replacing("name: allow", with: "name: internal-access.allow\($0)")
    }
    let input = ([Book.tier] + policies).joined(separator: "\n---\n")
    #expect(await desk.run("apply", "-f", "-", input: input).code == 0)
    let name = "NetworkPolicy(myproject/internal-access.allow"
    #expect(
      await desk.run("delete", "tier", "internal-access").error
        == "failed to delete 'Tier' resource: [operation delete is not supported on "
        + "Tier(internal-access): it has policies: \(name)1-tcp-6379), \(name)2-tcp-6379), "
        + "\(name)3-tcp-6379) and 1 more]\n")
    for policy in policies { _ = await desk.run("delete", "-f", "-", input: policy) }
    #expect(await desk.run("delete", "tier", "internal-access").code == 0)
    #expect(
      await desk.run("delete", "tier", "default").error
        == "failed to delete 'Tier' resource: [operation delete is not supported on "
        + "Tier(default): The built-in tier default cannot be deleted]\n")
  }

  @Test("deleting a node gives up its blocks and its tunnel addresses")
  func nodeDelete() async throws {
    _ = await desk.run("create", "-f", "-", input: Book.ipPool)
    try await desk.store(Node(name: "n1"), Node(name: "n2"))
    let pod = try #require(IPAddress("10.1.0.2"))
    try await desk.withStore { store in
      let ipam = IPAMClient(store: store)
      let tunnel = try #require(IPAddress("10.1.0.1"))
      _ = try await ipam.assign(tunnel, host: "n1", handle: "ipip-tunnel-addr-n1")
      _ = try await ipam.assign(pod, host: "n1", handle: "pod")
      _ = try await ipam.ensureBlock(host: "n2")
    }
    #expect(
      await desk.run("delete", "node", "n1")
        == .init(output: "Successfully deleted 1 'Node' resource(s)\n"))
    #expect(try await desk.keys(.node) == ["Node(n2)"])
    try await desk.withStore { store in
      let left = try await IPAMClient(store: store).allocations()
      #expect(left.map(\.address) == [pod])
      #expect(left.map(\.blockOwner) == [nil])
      #expect(try await store.all(BlockAffinity.self).map(\.spec.node) == ["n2"])
    }
    #expect(
      await desk.run("delete", "no", "n1")
        == .init(
          code: 1,
          error: "failed to delete 'Node' resource: [resource does not exist: Node(n1)]\n"))
    #expect(
      await desk.run("delete", "no", "n1", "--skip-not-exists")
        == .init(output: "Successfully deleted 0 'Node' resource(s)\n"))
  }

  @Test("the cluster's information is read only")
  func clusterInformation() async throws {
    try await desk.store(ClusterInformation(name: "default"))
    let input = """
      apiVersion: projectcalico.org/v3
      kind: ClusterInformation
      metadata: {name: default}
      """
    let what = "ClusterInformation(default): the cluster's programs alone write it]\n"
    for (verb, operation) in [
      ("create", "create or apply"), ("apply", "create or apply"),
      ("replace", "apply or replace"), ("delete", "delete"),
    ] {
      #expect(
        await desk.run(verb, "-f", "-", input: input).error
          == "failed to \(verb) 'ClusterInformation' resource: [operation \(operation) is not "
          + "supported on \(what)")
    }
  }

  @Test("Kubernetes' policies belong to kubectl")
  func kubernetes() async throws {
    #expect(
      await desk.run("apply", "-f", "-", input: Book.kubernetesNetworkPolicy)
        == .init(
          code: 1,
          error: "failed to execute command: <stdin>:2:1: kind: a NetworkPolicy of "
            + "networking.k8s.io/v1 belongs to the Kubernetes API: manage it with kubectl\n"))
    #expect(
      await desk.run("delete", "np", "knp.default.x", "-n", "a").error
        == "failed to delete 'NetworkPolicy' resource: [operation delete is not supported on "
        + "NetworkPolicy(a/knp.default.x): kubernetes network policies must be managed through "
        + "the kubernetes API]\n")
  }
}
