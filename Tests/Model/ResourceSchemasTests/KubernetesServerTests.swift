// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import StoreRig
import Testing
import ValueTree

@Suite("A server of Kubernetes", .serialized)
struct KubernetesServerTests {
  private static let pod: Value = [
    "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p", "namespace": "lived"],
    "spec": ["nodeName": "n", "containers": [["name": "c", "image": "none:1"]]],
  ]

  @Test("keeps its data over kill -9 and stop, and loses them when it is reset")
  func lives() async throws {
    let server = try await KubernetesServer()
    try await server.installCalico()
    let pool = YAML.encode([
      "apiVersion": "crd.projectcalico.org/v1", "kind": "IPPool", "metadata": ["name": "p"],
      "spec": ["cidr": "10.0.0.0/16"],
    ])
    try server.apply(pool)
    await server.kill()
    #expect(try server.outcome(["get", "ippools", "--request-timeout=2s"]).status != 0)
    try await server.start()
    #expect(try server.get("ippool", "p")["spec"]?["cidr"] == "10.0.0.0/16")
    await server.stop()
    try await server.start()
    try await server.makeNamespace("lived", labels: ["a": "b"])
    try server.apply(["apiVersion": "v1", "kind": "Node", "metadata": ["name": "n"]])
    try server.apply(Self.pod)
    #expect(try server.get("pod", "p", "-n", "lived")["spec"]?["serviceAccountName"] == "default")
    try await server.reset()
    for kind in ["ippools", "pods", "nodes"] {
      let list = try server.get(kind, "--all-namespaces")
      #expect(list["items"] == [], "\(kind)")
    }
    let names = (try server.get("namespaces")["items"]?.array ?? []).compactMap {
      $0["metadata"]?["name"]?.string
    }
    #expect(!names.contains("lived") && names.contains("default"))
    await server.shutDown()
    #expect(try server.outcome(["get", "ippools", "--request-timeout=2s"]).status != 0)
  }

  @Test("logs what our users ask for, a watch when it has ended")
  func audit() async throws {
    let server = try await KubernetesServer.shared()
    try server.kubectl("get", "ippools", as: .typha)
    let watch = try server.outcome(
      ["get", "tiers", "--watch-only", "--request-timeout=1s"], as: .typha)
    #expect(watch.errors.contains("Forbidden") == false)
    let events = try server.auditEvents(of: .typha)
    #expect(
      events.contains {
        $0.verb == "list" && $0.resource == "ippools" && $0.group == "crd.projectcalico.org"
          && $0.status == 200
      })
    #expect(events.contains { $0.verb == "watch" && $0.resource == "tiers" && $0.status == 200 })
  }

  @Test("gives kubeconfigs that only their owner can read")
  func secrets() async throws {
    let server = try await KubernetesServer.shared()
    for user in KubernetesUser.allCases {
      for token in [false, true] {
        var status = stat()
        #expect(stat(server.kubeconfigFile(of: user, token: token), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
      }
    }
  }
}
