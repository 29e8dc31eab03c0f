// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Datastore
import Resources
import Settings
import Testing

@Suite("Versions and usage")
struct VersionTests {
  let desk = Desk()
  private let client = lines(
    "Client Version:    \(BuildVersion.version)", "Git commit:        \(BuildVersion.commit)")

  private func cluster(_ version: String) -> ClusterInformation {
    var cluster = ClusterInformation(name: "default")
    cluster.spec.calicoVersion = version
    cluster.spec.clusterType = "local,bgp"
    return cluster
  }

  @Test("version shows the client's and the cluster's")
  func version() async throws {
    #expect(
      await desk.run("version")
        == .init(
          code: 1, output: client, error: "Unable to detect installed Calico version\n"))
    #expect(await desk.run("version", "--client") == .init(output: client))
    try await desk.store(cluster("v9.9.9"))
    #expect(
      await desk.run("version")
        == .init(
          output: client
            + lines("Cluster Version:   v9.9.9", "Cluster Type:      local,bgp")))
  }

  @Test("a cluster of another version is left alone unless told otherwise")
  func mismatch() async throws {
    try await desk.store(cluster("v9.9.9"))
    #expect(
      await desk.run("get", "nodes")
        == .init(
          code: 1,
          error: lines(
            "version mismatch.", "Client Version:   \(BuildVersion.version)",
            "Cluster Version:  v9.9.9", "Use --allow-version-mismatch to override")))
    #expect(await desk.run("get", "nodes", "--allow-version-mismatch").code == 0)
    #expect(await desk.run("--allow-version-mismatch", "get", "nodes").code == 0)
    try await desk.withStore { store in
      var cluster = try await store.get(ClusterInformation.self, "default")
      cluster.spec.calicoVersion = BuildVersion.version
      _ = try await store.update(cluster)
    }
    #expect(await desk.run("get", "nodes").code == 0)
  }

  @Test("help is no error and a wrong command line is")
  func usage() async {
    for words in [[], ["--help"], ["help"], ["ipam"]] {
      let answer = await desk.run(words)
      #expect(
        answer.code == 0 && answer.error.isEmpty && answer.output.contains("USAGE: calicoctl"))
    }
    let wrong = await desk.run("frobnicate")
    #expect(wrong.code == 64 && wrong.output.isEmpty && wrong.error.contains("frobnicate"))
    #expect(await desk.run("-l", "debug", "get", "nodes", "-l", "info").code == 0)
    for words in [["-l", "loud", "get", "nodes"], ["get", "nodes", "-l", "loud"]] {
      let answer = await desk.run(words)
      #expect(answer.code == 64)
      #expect(
        answer.error.hasPrefix(
          "Error: unknown log level: loud, expected one of: panic, fatal, error, warn, info, debug")
      )
    }
  }

  @Test(
    "every command says what it is for and most show how",
    arguments: [
      "create", "replace", "apply", "delete", "get", "ipam check", "ipam show", "ipam release",
      "node status", "version", "datastore migrate", "datastore migrate export",
      "datastore migrate import", "datastore migrate lock", "datastore migrate unlock",
    ])
  func help(command: String) async {
    let words = command.split(separator: " ").map(String.init)
    let answer = await desk.run(words + ["-h"])
    #expect(answer.code == 0)
    #expect(answer.output.hasPrefix("OVERVIEW: "))
    #expect(
      answer.output.contains("  calicoctl \(command)")
        || answer.output.contains("  sudo calicoctl \(command)"))
  }
}
