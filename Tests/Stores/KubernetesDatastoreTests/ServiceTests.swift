// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import KubernetesClient
import KubernetesModel
import StoreRig
import TestSupport
import Testing
import ValueTree

@testable import KubernetesDatastore

/// On a real API server, which has endpoint slices as v1beta1.
@Suite("Services of Kubernetes") struct ServiceTests {
  private func slice(
    _ name: String, in namespace: String, of service: String, _ addressType: String,
    _ endpoints: [Value]
  ) -> Value {
    [
      "apiVersion": "discovery.k8s.io/v1beta1", "kind": "EndpointSlice",
      "metadata": [
        "name": .string(name), "namespace": .string(namespace),
        "labels": ["kubernetes.io/service-name": .string(service)],
      ],
      "addressType": .string(addressType), "endpoints": .array(endpoints),
      "ports": [["name": "http", "protocol": "TCP", "port": 8080]],
    ]
  }

  @Test("are listed and followed") func services() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let namespace = unique("services")
    try await server.makeNamespace(namespace)
    let collection = store.services(namespace: namespace)
    let start = try await collection.list()
    #expect(start.items.isEmpty)
    var events = try collection.watch(from: start.revision).makeAsyncIterator()
    func next() async throws -> ClusterCollection<ClusterService>.Event? {
      while let event = try await events.next() {
        if case .progress = event { continue }
        return event
      }
      return nil
    }
    try server.apply([
      "apiVersion": "v1", "kind": "Service",
      "metadata": ["name": "web", "namespace": .string(namespace)],
      "spec": [
        "type": "NodePort", "externalTrafficPolicy": "Local", "externalIPs": ["192.0.2.1"],
        "selector": ["app": "web"],
        "ports": [
          ["name": "http", "port": 80, "targetPort": "web"],
          ["name": "dns", "port": 53, "protocol": "UDP"],
        ],
      ],
    ])
    guard case .set(let service) = try await next() else {
      Issue.record("no event")
      return
    }
    #expect(service.namespace == namespace && service.name == "web" && service.type == .nodePort)
    #expect(service.clusterIPs.count == 1 && service.clusterIPs.first?.family == .v4)
    #expect(service.externalIPs == [try #require(IPAddress("192.0.2.1"))])
    #expect(service.externalTraffic == .local && service.internalTraffic == .cluster)
    #expect(
      service.ports == [
        ServicePort(name: "http", number: 80),
        ServicePort(name: "dns", transport: .udp, number: 53),
      ])
    #expect(try await collection.list().items == [service])
    try server.kubectl("delete", "service", "web", "-n", namespace)
    guard case .deleted(let last) = try await next() else {
      Issue.record("no event")
      return
    }
    #expect(last == service)
    // One without an address of its own.
    try server.apply([
      "apiVersion": "v1", "kind": "Service",
      "metadata": ["name": "headless", "namespace": .string(namespace)],
      "spec": ["clusterIP": "None", "ports": [["port": 80]]],
    ])
    let headless = try #require(try await collection.list().items.first)
    #expect(headless.clusterIPs.isEmpty && headless.type == .clusterIP)
    #expect(headless.ports == [ServicePort(number: 80)])
    await store.close()
    let closed = await failure { () async throws(DatastoreError) in try await collection.list() }
    #expect("\(closed)".contains("closed"))
  }

  @Test("have their endpoints in slices, of one service or of all") func slices() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let namespace = unique("slices")
    try await server.makeNamespace(namespace)
    let collection = try await store.serviceEndpoints(namespace: namespace, service: "web")
    #expect(collection.resource.version == "v1beta1")
    let start = try await collection.list()
    #expect(start.items.isEmpty)
    var events = try collection.watch(from: start.revision).makeAsyncIterator()
    func next() async throws -> ClusterCollection<ServiceEndpoints>.Event? {
      while let event = try await events.next() {
        if case .progress = event { continue }
        return event
      }
      return nil
    }
    try server.apply(
      slice("dns-1", in: namespace, of: "dns", "IPv4", [["addresses": ["10.1.1.1"]]]))
    try server.apply(
      slice(
        "web-1", in: namespace, of: "web", "IPv4",
        [
          [
            "addresses": ["10.1.2.3"], "conditions": ["ready": true],
            "topology": ["kubernetes.io/hostname": "node-1"],
            "targetRef": ["kind": "Pod", "name": "web-0", "namespace": .string(namespace)],
          ],
          ["addresses": ["10.1.2.4"], "conditions": ["ready": false]],
          ["addresses": ["10.1.2.5"]],
        ]))
    try server.apply(
      slice("web-2", in: namespace, of: "web", "IPv6", [["addresses": ["fd00::3"]]]))
    guard case .set(let first) = try await next(), case .set(let second) = try await next() else {
      Issue.record("no event")
      return
    }
    #expect(first.name == "web-1" && first.service == "web" && first.addressType == .ipv4)
    #expect(first.ports == [ServicePort(name: "http", number: 8080)])
    #expect(first.endpoints.map(\.isReady) == [true, false, true])
    #expect(first.endpoints.map(\.isServing) == [true, false, true])
    #expect(first.endpoints.map(\.node) == ["node-1", nil, nil])
    #expect(first.endpoints.map(\.pod) == ["web-0", nil, nil])
    #expect(second.addressType == .ipv6)
    #expect(second.endpoints.first?.addresses == [try #require(IPAddress("fd00::3"))])
    #expect(Set(try await collection.list().items) == [first, second])
    let all = try await store.serviceEndpoints(namespace: namespace).list()
    #expect(Set(all.items.map(\.name)) == ["dns-1", "web-1", "web-2"])

    try server.kubectl("delete", "endpointslice", "web-1", "-n", namespace)
    guard case .deleted(let last) = try await next() else {
      Issue.record("no event")
      return
    }
    #expect(last == first)
    // The stream of a closed store ends.
    await store.close()
    await #expect(throws: DatastoreError.self) {
      while try await events.next() != nil {}
    }
  }

  @Test("may be odd in any way and are read") func odd() throws {
    var source = KubeEndpointSlice()
    source.metadata = meta("s", "n")
    source.addressType = "FQDN"
    var named = KubeEndpoint()
    named.addresses = ["db.example"]
    var other = KubeEndpoint()
    other.addresses = ["fd00::1", "10.0.0.1", ""]
    source.endpoints = [named, other]
    func port(_ name: String, _ transport: String, _ number: Int32?) -> KubeEndpointPort {
      var port = KubeEndpointPort()
      port.name = name
      if !transport.isEmpty { port.`protocol` = transport }
      if let number { port.port = number }
      return port
    }
    // Nothing is every port; what is no port is none.
    source.ports = [
      port("every", "", nil), port("a", "SCTP", 7), port("b", "TCP", 0), port("c", "TCP", 70_000),
      port("d", "TCP", -1), port("e", "QUIC", 1),
    ]
    let names = ServiceEndpoints(try received(source))
    #expect(names.addressType == .names && names.service == nil)
    #expect(names.endpoints.allSatisfy { $0.addresses.isEmpty && $0.isReady })
    #expect(
      names.ports == [
        ServicePort(name: "every", number: nil),
        ServicePort(name: "a", transport: .sctp, number: 7),
      ])
    source.addressType = "IPv6"
    #expect(ServiceEndpoints(source).endpoints.map(\.addresses.count) == [0, 1])
    source.addressType = "IPv9"
    #expect(ServiceEndpoints(source).addressType == .unknown("IPv9"))

    var service = KubeService()
    service.metadata = meta("s", "n")
    service.spec.clusterIp = "10.96.0.1"
    #expect(ClusterService(try received(service)).clusterIPs.count == 1)
    service.spec.type = "ExternalName"
    service.spec.clusterIp = ""
    #expect(ClusterService(service).clusterIPs.isEmpty)
    #expect(ClusterService(service).type == .externalName)
    service.spec.type = "Other"
    #expect(ClusterService(service).type == .unknown("Other"))
  }
}
