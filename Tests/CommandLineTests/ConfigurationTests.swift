// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@Suite("The datastore of a command")
struct ConfigurationTests {
  private let desk: Desk = {
    var desk = Desk()
    desk.followsConfiguration = true
    return desk
  }()

  private func configuration(_ spec: String) throws -> String {
    try desk.folder.write(
      "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec:\n" + spec,
      to: "calicoctl.cfg")
  }

  @Test("is that of the file that is named")
  func file() async throws {
    let path = desk.folder.file("named.db")
    let file = try configuration("  datastoreType: local\n  datastorePath: \(path)\n")
    #expect(await desk.run("create", "-c", file, "-f", "-", input: Book.tier).code == 0)
    #expect(
      await desk.run("get", "tier", "--config=\(file)").output.contains("internal-access   100"))
    #expect(TemporaryFolder.names(in: desk.folder.path).contains("named.db"))
  }

  @Test("must be in a file that there is")
  func missing() async throws {
    let file = desk.folder.file("none.cfg")
    #expect(
      await desk.run("get", "nodes", "-c", file)
        == .init(code: 1, error: "Error reading config file: \(file)\n"))
  }

  @Test("the book's configuration file is understood")
  func book() async throws {
    let file = try configuration(
      """
        etcdEndpoints: https://etcd1:2379,https://etcd2:2379,https://etcd3:2379
        etcdKeyFile: /etc/calico/key.pem
        etcdCertFile: /etc/calico/cert.pem
        etcdCACertFile: /etc/calico/ca.pem
      """)
    let answer = await desk.run("get", "nodes", "-c", file)
    #expect(answer.code == 1)
    #expect(answer.error.hasPrefix("Failed to create Calico API client: "))
    // The book's files are not on this host.
    #expect(answer.error.contains("(etcdCACertFile): /etc/calico/ca.pem: "), "\(answer.error)")
  }
}
