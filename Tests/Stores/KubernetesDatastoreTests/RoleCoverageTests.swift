// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoreRig
import Testing

@testable import KubernetesDatastore

/// What the roles of programs let them do that follow or tidy up the store, used by what these
/// programs use of it.
@Suite("Roles at the Kubernetes datastore", .serialized)
struct RoleCoverageTests {
  /// What Typha follows: all that agents put into force.
  private static let followed: [Kind] = [
    .bgpConfiguration, .bgpPeer, .clusterInformation, .felixConfiguration, .globalNetworkPolicy,
    .globalNetworkSet, .hostEndpoint, .ipPool, .ipamBlock, .networkPolicy, .networkSet, .node,
    .profile, .tier, .workloadEndpoint,
  ]

  /// Follows kinds until the server's log has a watch of each, in which it stands once it has ended.
  private func follow(
    _ server: KubernetesServer, _ user: KubernetesUser, _ kinds: [Kind]
  ) async throws {
    let role = try RoleCoverage(of: user)
    for round in 1...20 {
      let store = try server.store(as: user)
      let syncer = Syncer(store, kinds: kinds)
      let run = Task { await syncer.run() }
      while let batch = await syncer.next(), batch.status != .inSync {}
      try await Task.sleep(for: .milliseconds(100 * round))
      run.cancel()
      await run.value
      await store.close()
      try await Task.sleep(for: .milliseconds(100))
      let unused = role.unusedRights(try server.auditEvents(of: user))
      if !unused.contains(where: { $0.hasPrefix("watch ") }) { return }
    }
  }

  /// Waits until nothing is unused, or a while has passed; then says what is.
  private func unused(
    _ server: KubernetesServer, _ user: KubernetesUser
  ) async throws -> (rules: [RoleCoverage.Rule], rights: [String]) {
    let role = try RoleCoverage(of: user)
    for _ in 0..<100 {
      if role.unusedRights(try server.auditEvents(of: user)).isEmpty { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    let events = try server.auditEvents(of: user)
    #expect(RoleCoverage.refusals(events) == [])
    return (role.unusedRules(events), role.unusedRights(events))
  }

  @Test("Typha's lets it follow everything that agents put into force, and nothing else")
  func typha() async throws {
    let server = try await KubernetesServer.shared()
    let administrator = try server.store()
    let store = try server.store(as: .typha)
    let name = unique("policy")
    try await follow(server, .typha, Self.followed)
    // Whoever follows policies looks for the other spelling of one that goes.
    for kind in [Kind.networkPolicy, .globalNetworkPolicy] {
      let namespace = kind.isNamespaced ? "default" : nil
      let listed = try await store.list(ListQuery(kind))
      let key = ResourceKey(kind: kind, namespace: namespace, name: name)
      var events = Events(try await store.watch(ListQuery(kind), from: listed.revision)) {
        $0 == key
      }
      var policy = kind.type.init()
      policy.metadata = Metadata(name: name, namespace: namespace)
      _ = try await administrator.create(policy)
      #expect(try await events.text() == "set \(key)")
      try await administrator.delete(key, revision: nil)
      #expect(try await events.text() == "deleted \(key)")
    }
    // It counts those of its kind.
    let service = try await store.serviceEndpoints(
      namespace: "kube-system", service: "calico-typha")
    #expect(try await service.list().items.isEmpty)
    // Watches stand in the server's log once they have ended.
    await store.close()
    await administrator.close()
    let rest = try await unused(server, .typha)
    #expect(rest.rules == [])
    #expect(rest.rights == [])
  }

  @Test("the controllers' lets them give back what nobody holds, and look after host endpoints")
  func controllers() async throws {
    let server = try await KubernetesServer.shared()
    let administrator = try server.store()
    let store = try server.store(as: .controllers)
    let followed: [Kind] = [
      .node, .workloadEndpoint, .blockAffinity, .ipamBlock, .ipamHandle, .ipPool, .hostEndpoint,
      .kubeControllersConfiguration,
    ]
    try await follow(server, .controllers, followed)
    _ = try await store.find(Node.self, "none")
    _ = try await store.find(WorkloadEndpoint.self, "n-k8s-none-eth0", namespace: "default")
    _ = try await store.find(ClusterInformation.self, "default")
    _ = try await store.find(IPAMConfiguration.self, "default")

    // What is left of a node that is gone.
    let node = unique("gone")
    var block = IPAMBlock(name: "10-77-0-0-26")
    block.spec.cidr = "10.77.0.0/26"
    block.spec.unallocated = Array(0..<64)
    block.spec.allocations = Array(repeating: nil, count: 64)
    var handle = IPAMHandle(name: unique("handle"))
    handle.spec.handleID = handle.metadata.name
    let affinity = BlockAffinity(
      name: "\(node)-10-77-0-0-26",
      spec: BlockAffinitySpec(node: node, cidr: "10.77.0.0/26", state: .confirmed))
    for record in [block, handle, affinity] as [any Resource] {
      _ = try await administrator.create(record)
      let found = try await store.get(record.key)
      let written = try await store.update(found)
      try await store.delete(record.key, revision: written.metadata.resourceVersion)
    }

    var endpoint = HostEndpoint(name: "\(node)-auto-hep")
    endpoint.spec.node = node
    endpoint.spec.interfaceName = "*"
    var made = try await store.created(endpoint)
    made.spec.profiles = ["projectcalico-default-allow"]
    _ = try await store.updated(made)
    try await store.delete(endpoint.key, revision: nil)

    var configuration: KubeControllersConfiguration
    if let found = try await store.find(KubeControllersConfiguration.self, "default") {
      configuration = found
    } else {
      configuration = try await store.created(KubeControllersConfiguration(name: "default"))
    }
    var report = KubeControllersReport()
    report.environmentVars = ["LOG_LEVEL": "info"]
    configuration.status = report
    configuration = try await store.updated(configuration)
    #expect(configuration.status?.environmentVars == ["LOG_LEVEL": "info"])
    try await administrator.delete(configuration.key, revision: nil)

    await store.close()
    await administrator.close()
    let rest = try await unused(server, .controllers)
    #expect(rest.rules == [])
    #expect(rest.rights == [])
  }
}
