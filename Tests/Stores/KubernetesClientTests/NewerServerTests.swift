// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import KubernetesDatastore
import Resources
import TestSupport
import Testing

@testable import KubernetesClient

/// Over bytes of a newer server, which that of the tests cannot answer.
@Suite("Of a server newer than that of the tests") struct NewerServerTests {
  private static func protobuf(_ bytes: [UInt8], _ end: ScriptedServer.Answer.End = .proper)
    -> ScriptedServer.Answer
  {
    ScriptedServer.Answer(
      headers: [("Content-Type", "application/vnd.kubernetes.protobuf")], parts: [bytes], end: end)
  }

  private static let noSuchPath = ScriptedServer.Answer.json(
    "{\"kind\":\"Status\",\"code\":404,\"reason\":\"NotFound\",\"message\":\"not found\"}",
    status: 404)

  /// Answers as a server of 1.33 does, or one that has only the older version of endpoint slices.
  private static func answer(
    _ request: ScriptedServer.Request, slices version: String = "v1"
  ) -> ScriptedServer.Answer {
    let isWatch = request.query("watch") != nil
    switch request.path {
    case "/apis/crd.projectcalico.org/v1/networkpolicies":
      return .json(
        "{\"kind\":\"NetworkPolicyList\",\"metadata\":{\"resourceVersion\":\"42\"},\"items\":[]}")
    case "/apis/networking.k8s.io/v1/networkpolicies": return protobuf(NewerForms.networkPolicies)
    case "/api/v1/namespaces": return protobuf(NewerForms.namespaces)
    case "/api/v1/serviceaccounts": return protobuf(NewerForms.serviceAccounts)
    case "/api/v1/pods": return protobuf(NewerForms.pods)
    case "/api/v1/services": return protobuf(NewerForms.services)
    case "/apis/discovery.k8s.io/\(version)":
      return .json("{\"kind\":\"APIResourceList\",\"resources\":[]}")
    case "/apis/discovery.k8s.io/\(version)/endpointslices",
      "/apis/discovery.k8s.io/\(version)/namespaces/shop/endpointslices":
      return isWatch
        ? protobuf(NewerForms.endpointSliceEvents, .never) : protobuf(NewerForms.endpointSlices)
    default: return noSuchPath
    }
  }

  private func withStore(
    slices version: String = "v1",
    _ body: (KubernetesDatastore, ScriptedServer) async throws -> Void
  ) async throws {
    let server = try await ScriptedServer { _, request in Self.answer(request, slices: version) }
    let store = try KubernetesDatastore(ClusterAccess(server: server.url, origin: "a test"))
    try await body(store, server)
    await store.close()
    await server.close()
  }

  @Test("a policy's range of ports is a range, and its namespace is found by its name")
  func policies() async throws {
    try await withStore { store, _ in
      let policies = try await store.all(NetworkPolicy.self)
      let policy = try #require(policies.first)
      #expect(policy.key.description == "NetworkPolicy(shop/knp.default.web)")
      #expect(policy.spec.ingress.map { $0.transport?.description } == ["TCP", "UDP"])
      #expect(
        policy.spec.ingress.first?.destination.ports == [.text("8000:8010"), .text("web")])
      #expect(
        policy.spec.ingress.first?.source.namespaceSelector
          == "kubernetes.io/metadata.name == 'infra'")
      #expect(policy.validate().isEmpty)
      // Which is a label that the namespace's profile hands on.
      let profiles = try await store.all(Profile.self)
      let profile = try #require(profiles.first { $0.metadata.name == "kns.infra" })
      #expect(profile.spec.labelsToApply["pcns.kubernetes.io/metadata.name"] == "infra")
      #expect(profile.spec.labelsToApply["pcns.team"] == "a")
    }
  }

  @Test("a pod has its own addresses, not its node's, whatever else is said of it")
  func pods() async throws {
    try await withStore { store, _ in
      let endpoints = try await store.all(WorkloadEndpoint.self)
      let endpoint = try #require(endpoints.first)
      #expect(endpoint.key.description == "WorkloadEndpoint(shop/node--1-k8s-web--0-eth0)")
      #expect(endpoint.spec.ipNetworks == ["10.1.2.3/32", "fd00::3/128"])
      #expect(endpoint.spec.profiles == ["kns.shop", "ksa.shop.robot"])
      #expect(endpoint.spec.ports.map(\.port) == [8080])
      #expect(endpoint.metadata.labels["apps.kubernetes.io/pod-index"] == "0")
      #expect(endpoint.validate().isEmpty)
    }
  }

  @Test("a service has the addresses of both families, and where its traffic may go")
  func services() async throws {
    try await withStore { store, _ in
      let service = try #require(try await store.services().list().items.first)
      #expect(service.namespace == "shop" && service.name == "web")
      #expect(service.type == .loadBalancer)
      #expect(service.clusterIPs.map { "\($0)" } == ["10.96.0.10", "fd96::10"])
      #expect(service.externalIPs.map { "\($0)" } == ["192.0.2.1"])
      #expect(service.loadBalancerIPs.map { "\($0)" } == ["198.51.100.1"])
      #expect(service.externalTraffic == .local && service.internalTraffic == .local)
      #expect(service.ports == [ServicePort(name: "http", number: 80)])
    }
  }

  @Test(
    "endpoint slices are read in the version that it has",
    arguments: ["v1", "v1beta1"])
  func slices(_ version: String) async throws {
    try await withStore(slices: version) { store, server in
      let collection = try await store.serviceEndpoints(namespace: "shop", service: "web")
      let listing = try await collection.list()
      #expect(listing.revision == "42")
      let slice = try #require(listing.items.first)
      #expect(slice.namespace == "shop" && slice.name == "web-abcde" && slice.service == "web")
      #expect(slice.addressType == .ipv4)
      #expect(slice.ports == [ServicePort(name: "http", number: 8080)])
      #expect(
        slice.endpoints.map { $0.addresses.map { "\($0)" } } == [
          ["10.1.2.3"], ["10.1.2.4"], ["10.1.2.5"],
        ])
      // What says nothing is ready, and serves.
      #expect(slice.endpoints.map(\.isReady) == [true, false, true])
      #expect(slice.endpoints.map(\.isServing) == [true, true, true])
      #expect(slice.endpoints.map(\.isTerminating) == [false, true, false])
      #expect(slice.endpoints.map(\.node) == ["node-1", "node-2", nil])
      #expect(slice.endpoints.map(\.pod) == ["web-0", nil, nil])
      let last = try #require(server.requests.last)
      #expect(last.path == "/apis/discovery.k8s.io/\(version)/namespaces/shop/endpointslices")
      #expect(last.query("labelSelector") == "kubernetes.io%2Fservice-name%3Dweb")
    }
  }

  @Test("a watch goes past the mark behind what was there at first")
  func mark() async throws {
    try await withStore { store, _ in
      let collection = try await store.serviceEndpoints()
      var events: [String] = []
      for try await event in try collection.watch(from: "42") {
        switch event {
        case .set(let slice):
          events.append("set \(slice.name) \(slice.endpoints.filter(\.isReady).count)")
        case .deleted(let slice): events.append("deleted \(slice.name)")
        case .progress(let revision): events.append("to \(revision)")
        }
        if events.count == 4 { break }
      }
      // The mark is no object; the position after it is told with the rest.
      #expect(
        events == ["set web-abcde 2", "set web-abcde 1", "deleted web-abcde", "to 46"])
    }
  }

  @Test("a server without endpoint slices says so, and one that answers in JSON is not understood")
  func without() async throws {
    try await withStore(slices: "v0") { store, _ in
      let collection = try await store.serviceEndpoints()
      let error = await failure { () async throws(DatastoreError) in try await collection.list() }
      #expect(
        "\(error)".contains("this version of Kubernetes has no endpointslices.discovery.k8s.io"))
    }
    let server = try await ScriptedServer { _, _ in
      .json("{\"kind\":\"ServiceList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}")
    }
    let store = try KubernetesDatastore(ClusterAccess(server: server.url, origin: "a test"))
    let error = await failure { () async throws(DatastoreError) in
      try await store.services().list()
    }
    #expect("\(error)".contains("does not begin as Kubernetes' protobuf form does"), "\(error)")
    await store.close()
    await server.close()
  }
}
