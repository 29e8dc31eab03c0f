// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import KubernetesDatastore
import Resources
import StoreRig
import ValueTree

extension StoreUnderTest {
  public static let kubernetes = StoreUnderTest(
    testDescription: "kubernetes", derivedKinds: [.node, .profile, .workloadEndpoint],
    openEmpty: {
      let rig = try await SharedKubernetes.shared.rig()
      // A fault that has not struck yet is not for this test.
      rig.proxy.cut()
      // Behind the server's back, which sees it like any other change; the namespaces stay.
      try rig.server.etcd.run("del", "/registry/crd.projectcalico.org/", "--prefix")
      return try rig.open()
    },
    openAgain: { try await SharedKubernetes.shared.rig().open() },
    disturb: { fault in
      let rig = try await SharedKubernetes.shared.rig()
      switch fault % 4 {
      case 0: rig.proxy.cut()
      case 1: rig.proxy.cut(afterBytes: Int.random(in: 1...2000))
      case 2: try await forget(rig)
      default: try await rig.server.restart()
      }
    },
    spoil: { name in
      try await SharedKubernetes.shared.rig().server.kubectl(
        "annotate", "--overwrite", "globalnetworksets.crd.projectcalico.org", name,
        "projectcalico.org/metadata={")
    },
    plant: { key, change in
      // No definition lets it pass: into the server's own store.
      let place = ["/registry/crd.projectcalico.org", key.kind.plural, key.namespace, key.name]
        .compactMap(\.self).joined(separator: "/")
      let etcd = try await SharedKubernetes.shared.rig().server.etcd
      let stored = try JSON.parse(Array(try etcd.value(of: place).utf8))
      try etcd.put(place, JSON.encode(change(stored)))
    })

  /// Forgets all that was before now: etcd what it has kept, and the server what it remembers.
  private static func forget(_ rig: SharedKubernetes.Rig) async throws {
    await rig.server.kill()
    let words = try rig.server.etcd.run("get", "/registry/none", "-w", "json")
    let revision = words.split(separator: "\"revision\":").dropFirst().first?.prefix {
      $0.isNumber
    }
    // Nothing may have been written since the last time.
    if let revision { _ = try? rig.server.etcd.run("compact", String(revision)) }
    try await rig.server.start()
  }
}

/// One real API server for the suite, behind a proxy, with the namespaces that the checks use.
actor SharedKubernetes {
  struct Rig: Sendable {
    var server: KubernetesServer
    var proxy: TCPProxy

    func open() throws -> any Datastore {
      var access = try ClusterAccess.kubeconfig(file: server.kubeconfigFile())
      access.server = "https://127.0.0.1:\(proxy.port)"
      return try KubernetesDatastore(access)
    }
  }

  static let shared = SharedKubernetes()

  private var started: Task<Rig, any Error>?

  func rig() async throws -> Rig {
    if let started { return try await started.value }
    let task = Task { () throws -> Rig in
      let server = try await KubernetesServer(.init(runsControllers: false))
      try await server.installCalico()
      for name in ["a", "a-b", "ab", "b", "m", "n", "one", "two"] {
        try await server.makeNamespace(name)
      }
      return Rig(server: server, proxy: try TCPProxy(to: server.port))
    }
    started = task
    return try await task.value
  }
}
