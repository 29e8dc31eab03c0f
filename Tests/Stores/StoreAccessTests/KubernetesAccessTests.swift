// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import KubernetesDatastore
import Resources
import Settings
import TestSupport
import Testing

@testable import StoreAccess

@Suite("The way to the Kubernetes API") struct KubernetesAccessTests {
  let folder = TemporaryFolder()

  private func kubeconfig(_ name: String, server: String) throws -> String {
    try folder.write(
      """
      apiVersion: v1
      kind: Config
      current-context: a
      contexts:
      - {name: a, context: {cluster: c, user: u}}
      - {name: b, context: {cluster: d, user: u}}
      clusters:
      - {name: c, cluster: {server: "\(server)"}}
      - {name: d, cluster: {server: "https://other:6443", tls-server-name: api}}
      users:
      - {name: u, user: {token: secret}}

      """, to: name)
  }

  private func access(
    _ environment: [String: String]
  ) throws -> ClusterAccess {
    let configuration = try DatastoreConfiguration.read(
      file: nil, defaultFile: "\(folder.path)/none.cfg", environment: environment)
    return try configuration.clusterAccess(environment)
  }

  @Test("is the kubeconfig that is named, with the context that is named") func named() throws {
    let file = try kubeconfig("config", server: "https://one:6443")
    let first = try access(["KUBECONFIG": file])
    #expect(first.server == "https://one:6443")
    #expect(
      first.origin
        == "the context 'a' of \(file); a Kubernetes API is configured, and no type")
    let second = try access(["KUBECONFIG": file, "K8S_CURRENT_CONTEXT": "b"])
    #expect(second.server == "https://other:6443" && second.serverName == "api")
  }

  @Test("is changed by what is said beside the kubeconfig") func overridden() throws {
    let file = try kubeconfig("config", server: "https://one:6443")
    let found = try access([
      "KUBECONFIG": file, "K8S_API_ENDPOINT": "https://two:1", "K8S_CA_FILE": "/ca",
      "K8S_CERT_FILE": "/crt", "K8S_KEY_FILE": "/key", "K8S_API_TOKEN": "t",
    ])
    #expect(found.server == "https://two:1" && found.authority == .file("/ca"))
    #expect(found.certificate?.chain == .file("/crt") && found.certificate?.key == .file("/key"))
    guard case .token("t") = found.bearer else {
      Issue.record("the token is another")
      return
    }
    let careless = try access([
      "K8S_API_ENDPOINT": "https://two:1", "K8S_CA_FILE": "/ca",
      "K8S_INSECURE_SKIP_TLS_VERIFY": "true",
    ])
    #expect(careless.skipsVerification && careless.authority == nil)
  }

  @Test("is used as often, and for interfaces of such names, as the environment says")
  func options() throws {
    func options(_ environment: [String: String]) throws -> KubernetesDatastore.Options {
      let configuration = try DatastoreConfiguration.read(
        file: nil, defaultFile: "\(folder.path)/none.cfg",
        environment: ["DATASTORE_TYPE": "kubernetes"].merging(environment) { $1 })
      return configuration.kubernetesOptions(environment)
    }
    let defaults = KubernetesDatastore.Options()
    let plain = try options([:])
    #expect(plain.interfacePrefix == defaults.interfacePrefix)
    #expect(plain.client.requestsPerSecond == defaults.client.requestsPerSecond)
    #expect(try options(["FELIX_INTERFACEPREFIX": ""]).interfacePrefix == "cali")
    // Of several prefixes the first is the one for new interfaces.
    let told = try options([
      "FELIX_INTERFACEPREFIX": "eni,cali", "K8S_CLIENT_QPS": "7", "K8S_CLIENT_BURST": "9",
    ])
    #expect(told.interfacePrefix == "eni")
    #expect(told.client.requestsPerSecond == 7 && told.client.burst == 9)
  }

  @Test("is the kubeconfig of the user's home when there is nothing else") func home() throws {
    try folder.makeFolder(".kube")
    let file = try kubeconfig(".kube/config", server: "https://home:6443")
    let environment = ["HOME": folder.path]
    let configuration = try DatastoreConfiguration.read(
      file: nil, defaultFile: "\(folder.path)/none.cfg", environment: environment)
    #expect(configuration.type == .kubernetes)
    #expect(configuration.reason == "no type is configured, and there is \(file)")
    #expect(try configuration.clusterAccess(environment).server == "https://home:6443")
    // What is said goes before what is found.
    var other = environment
    other["ETCD_ENDPOINTS"] = "http://x"
    #expect(
      try DatastoreConfiguration.read(
        file: nil, defaultFile: "\(folder.path)/none.cfg", environment: other
      ).type == .etcdv3)
  }

  @Test("says what to set when there is none") func nothing() throws {
    do {
      _ = try access(["DATASTORE_TYPE": "kubernetes"])
      Issue.record("there is a way")
    } catch let error as KubernetesError {
      let text = "\(error)"
      #expect(
        text.hasPrefix("nothing says how to reach the Kubernetes API (the type is configured)"))
      #expect(text.contains("KUBECONFIG") && text.contains("K8S_API_ENDPOINT"))
    }
    #expect(throws: KubernetesError.self) {
      try access(["K8S_API_ENDPOINT": "https://x", "K8S_CERT_FILE": "/crt"])
    }
  }

  @Test("opens the datastore without a word to the server") func opens() async throws {
    var configuration = DatastoreConfiguration(type: .kubernetes, reason: "a test")
    configuration.spec.k8sAPIEndpoint = "http://127.0.0.1:1"
    let store = try await configuration.open(durability: .full)
    #expect(!store.commitsAtomically)
    await #expect(throws: DatastoreError.self) { try await store.list(ListQuery(.tier)) }
    await store.close()
    configuration.spec.calicoAPIGroup = "projectcalico.org/v3"
    await #expect(throws: DatastoreError.self) { try await configuration.open(durability: .full) }
  }
}
