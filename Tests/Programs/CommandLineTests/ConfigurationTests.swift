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

  @Test("is told where the environment makes it another than the file that is named")
  func overridden() async throws {
    let (named, other) = (desk.folder.file("named.db"), desk.folder.file("other.db"))
    let file = try configuration("  datastoreType: local\n  datastorePath: \(named)\n")
    var desk = desk
    func errors(_ variables: [String: String], _ arguments: String...) async -> String {
      var changed = desk
      changed.environment = variables
      return await changed.run(arguments).error
    }
    desk.environment = ["CALICO_DATASTORE_PATH": other]
    let created = await desk.run("create", "-c", file, "-f", "-", input: Book.tier)
    #expect(
      created
        == .init(
          output: "Successfully created 1 'Tier' resource(s)\n",
          error:
            "warning: CALICO_DATASTORE_PATH of the environment goes before \(file): this works "
            + "on the local datastore \(other)\n"))
    // The same place, or a file that nobody named: there is nothing to tell.
    #expect(
      await errors(["CALICO_DATASTORE_PATH": other, "DATASTORE_TYPE": "local"], "get", "tiers")
        == "")
    let same = ["CALICO_DATASTORE_PATH": named, "DATASTORE_TYPE": "local"]
    #expect(await !errors(same, "get", "tiers", "-c", file).contains("warning"))
    let etcd = await errors(
      ["DATASTORE_TYPE": "etcdv3", "ETCD_ENDPOINTS": "http://127.0.0.1:1,nonsense://"],
      "get", "tiers", "-c", file)
    #expect(
      etcd.hasPrefix("warning: DATASTORE_TYPE of the environment goes before \(file): "), "\(etcd)")
    #expect(etcd.contains("this works on the etcd datastore http://127.0.0.1:1,"), "\(etcd)")
    #expect(etcd.split(separator: "\n").count { $0.hasPrefix("warning") } == 1)
  }

  @Test("is named before it is moved")
  func migration() async throws {
    var desk = desk
    let path = desk.folder.file("a.db")
    desk.environment = ["DATASTORE_TYPE": "local", "CALICO_DATASTORE_PATH": path]
    #expect(await desk.run("create", "-f", "-", input: Book.tier).code == 0)
    let place = "the local datastore \(path)\n"
    #expect(
      await desk.run("datastore", "migrate", "lock")
        == .init(output: "Datastore locked.\n", error: "Locking \(place)"))
    let exported = await desk.run("datastore", "migrate", "export")
    #expect(exported.error.hasPrefix("Exporting \(place)"), "\(exported)")
    #expect(!exported.output.contains("Exporting"))
    #expect(
      await desk.run("datastore", "migrate", "unlock").error == "Unlocking \(place)")
    let other = desk.folder.file("b.db")
    desk.environment["CALICO_DATASTORE_PATH"] = other
    let imported = await desk.run(
      "datastore", "migrate", "import", "-f", "-", input: exported.output)
    #expect(imported.code == 0 && imported.error == "Importing into the local datastore \(other)\n")
  }

  @Test(
    "is not made by what only reads or takes away",
    arguments: [
      "get tiers", "get tier default", "delete tier a", "delete tier a --skip-not-exists",
      "replace -f -", "ipam show", "ipam check", "ipam release --ip 10.0.0.1", "version",
      "datastore migrate export", "datastore migrate lock", "datastore migrate unlock",
    ])
  func notMade(command: String) async throws {
    var desk = desk
    let path = desk.folder.file("none.db")
    desk.environment = ["DATASTORE_TYPE": "local", "CALICO_DATASTORE_PATH": path]
    let answer = await desk.run(
      command.split(separator: " ").map(String.init), input: Book.tier)
    #expect(answer.code == 1)
    #expect(
      answer.error.contains(
        "Failed to create Calico API client: there is no local datastore \(path): "
          + "CALICO_DATASTORE_PATH (datastorePath) must name the one that calico-node uses"),
      "\(answer)")
    #expect(!TemporaryFolder.names(in: desk.folder.path).contains { $0.hasPrefix("none.db") })
  }
}
