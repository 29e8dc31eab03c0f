// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoreRig
import TestSupport
import Testing
import ValueTree

@testable import KubernetesDatastore

/// On a real API server.
@Suite("A pod that is attached again") struct RepeatedADDTests {
  @Test("says what it was given but not its MAC address, and is not written again")
  func unchanged() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let (namespace, node) = (unique("again"), unique("node"))
    try await server.makeNamespace(namespace)
    try server.makePod("web", in: namespace, node: node)
    let name = try #require(WorkloadEndpointName(node: node, workload: "web")).description

    // What the network plugin stores of a container that it has wired.
    func attach() async throws -> (found: WorkloadEndpoint, written: WorkloadEndpoint) {
      let found = try await store.get(WorkloadEndpoint.self, name, namespace: namespace)
      var endpoint = found
      endpoint.spec.ipNetworks = ["10.1.2.3/32"]
      endpoint.spec.containerID = "c1"
      endpoint.spec.mac = "02:11:22:33:44:55"
      return (found, try await store.updated(endpoint))
    }
    let first = try await attach()
    let annotations = try server.get("pod", "web", "-n", namespace)["metadata"]?["annotations"]
    let second = try await attach()
    #expect(second.found.spec.containerID == "c1")
    #expect(second.found.spec.ipNetworks == ["10.1.2.3/32"])
    #expect(second.found.spec.interfaceName == first.found.spec.interfaceName)
    #expect(second.found.spec.mac.isEmpty, "the plugin asks the interface")
    #expect(second.written == second.found)
    #expect(second.written.metadata.resourceVersion == first.written.metadata.resourceVersion)
    let kept = try server.get("pod", "web", "-n", namespace)["metadata"]?["annotations"]
    #expect(kept == annotations)
    await store.close()
  }
}
