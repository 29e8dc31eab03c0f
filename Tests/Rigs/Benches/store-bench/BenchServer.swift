// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import BenchSupport
import StoreRig
import ValueTree

/// Real servers for the time of a benchmark.
enum BenchServer {
  /// Starts a server that listens on loopback of a network namespace, says in one line of JSON how to
  /// reach it, and ends it when standard input ends.
  static func serve(_ kind: String, namespace: String) async throws {
    let place = RigPlace(namespace: namespace, address: "127.0.0.1")
    switch kind {
    case "etcd":
      let server = try await EtcdServer.start(EtcdServer.Options(place: place))
      tell(["etcd": .string(server.endpoint)])
      while readLine() != nil {}
      await server.kill()
    case "kubernetes":
      // Pods come without what only controllers make.
      let server = try await KubernetesServer(
        KubernetesServer.Options(
          runsControllers: false, flags: ["--disable-admission-plugins=ServiceAccount"],
          place: place))
      try await server.installCalico()
      let pair = server.credentials(of: .administrator)
      tell([
        "etcd": .string(server.etcd.endpoint), "url": .string(server.url),
        "kubectl": .string(server.programs.kubectl),
        "authority": .string(server.authority.certificateFile),
        "certificate": .string(pair.certificateFile), "key": .string(pair.keyFile),
        "kubeconfig": .string(server.kubeconfigFile()),
        "node": .string(server.kubeconfigFile(of: .node)),
        "cni": .string(server.kubeconfigFile(of: .cni)),
      ])
      while readLine() != nil {}
      await server.shutDown()
    default:
      throw RigError("'\(kind)' must be etcd or kubernetes")
    }
  }

  private static func tell(_ value: Value) { Output.say(JSON.encode(value)) }
}
