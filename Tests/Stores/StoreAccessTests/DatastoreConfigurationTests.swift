// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import Settings
import TestSupport
import Testing

@testable import StoreAccess

@Suite("The choice of the datastore") struct DatastoreConfigurationTests {
  let folder = TemporaryFolder()

  private func read(
    file: String? = nil, _ environment: [String: String] = [:]
  ) throws -> DatastoreConfiguration {
    try DatastoreConfiguration.read(
      file: file, defaultFile: "\(folder.path)/default.cfg", environment: environment)
  }

  private func failure(file: String? = nil, _ environment: [String: String] = [:]) -> String {
    do {
      return "read \(try read(file: file, environment))"
    } catch {
      return "\(error)"
    }
  }

  private func config(_ spec: String) throws -> String {
    try folder.write(
      "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec:\n  \(spec)\n",
      to: "calicoctl.cfg")
  }

  @Test("is etcd when nothing is configured, and says what to set") func nothing() async throws {
    let configuration = try read()
    #expect(configuration.type == .etcdv3)
    do {
      _ = try await configuration.open(durability: .full)
      Issue.record("it opened something")
    } catch {
      let text = "\(error)"
      #expect(text.contains("the default, as nothing is configured"))
      #expect(text.contains("DATASTORE_TYPE=local") && text.contains("set ETCD_ENDPOINTS"))
    }
  }

  @Test(
    "follows what is configured, with a reason",
    arguments: [
      (["DATASTORE_TYPE": "local"], DatastoreType.local, "the type is configured"),
      (["DATASTORE_TYPE": "Kubernetes"], .kubernetes, "the type is configured"),
      (["CALICO_DATASTORE_TYPE": "ETCDv3"], .etcdv3, "the type is configured"),
      (["ETCD_ENDPOINTS": "http://x"], .etcdv3, "etcd's servers are configured, and no type"),
      (["ETCD_DISCOVERY_SRV": "x"], .etcdv3, "etcd's servers are configured, and no type"),
      (["KUBECONFIG": "/x"], .kubernetes, "a Kubernetes API is configured, and no type"),
      (["K8S_API_ENDPOINT": "x"], .kubernetes, "a Kubernetes API is configured, and no type"),
      (["CALICO_DATASTORE_PATH": "/x"], .local, "CALICO_DATASTORE_PATH (datastorePath) is set"),
      (["CALICO_DATASTORE_PATH": "/x", "ETCD_ENDPOINTS": "x"], .local, "CALICO_DATASTORE_PATH"),
      (["CALICO_DATASTORE_PATH": "/x", "DATASTORE_TYPE": "etcdv3"], .etcdv3, "the type is"),
      (["ETCD_ENDPOINTS": "", "KUBECONFIG": ""], .etcdv3, "the default, as nothing is configured"),
    ])
  func choice(_ environment: [String: String], _ type: DatastoreType, _ reason: String) throws {
    let configuration = try read(environment)
    #expect(configuration.type == type)
    #expect(configuration.reason.hasPrefix(reason))
    #expect(configuration.description.contains(reason))
  }

  @Test("comes from the file, with the environment before it") func file() throws {
    let file = try config("datastoreType: Local\n  datastorePath: /from/file")
    let fromFile = try read(file: file)
    #expect(fromFile.type == .local && fromFile.path == "/from/file")
    let fromBoth = try read(file: file, ["CALICO_DATASTORE_PATH": "/from/environment"])
    #expect(fromBoth.path == "/from/environment")
    #expect(try read(file: file, ["DATASTORE_TYPE": "etcdv3"]).type == .etcdv3)
  }

  @Test("needs the file that was named, not the default one") func missingFile() throws {
    let missing = failure(file: "\(folder.path)/missing.cfg")
    #expect(missing == "cannot read \(folder.path)/missing.cfg: there is no such file")
    #expect(try read().type == .etcdv3)
    #expect(failure(file: folder.path).hasPrefix("cannot read \(folder.path): "))
    let large = try folder.write(String(repeating: "#\n", count: 600_000), to: "calicoctl.cfg")
    #expect(failure(file: large).contains("larger than 1048576 bytes"))
  }

  @Test("tells what is wrong with the configuration") func invalid() throws {
    #expect(
      failure(["DATASTORE_TYPE": "mysql"])
        == "DATASTORE_TYPE (datastoreType) must be one of local, etcdv3, kubernetes, is 'mysql'")
    let file = try config("datastorType: local")
    let field = failure(file: file)
    #expect(field.contains("calicoctl.cfg:5:3") && field.contains("spec.datastorType"))
    #expect(failure(["USE_POD_CIDR": "x"]).hasPrefix("USE_POD_CIDR must be true or false"))
  }

  @Test("opens the local datastore") func opens() async throws {
    let path = "\(folder.path)/a.db"
    let configuration = DatastoreConfiguration(type: .local, path: path, reason: "a test")
    let store = try await configuration.open(durability: .processCrash)
    #expect(store.commitsAtomically)
    await store.close()
    #expect(access(path, F_OK) == 0)
  }

  @Test("told to a program itself has the default path unless one is given") func told() {
    let configuration = DatastoreConfiguration(type: .local, path: "", reason: "a test")
    #expect(configuration.path == DatastoreConfiguration.defaultPath)
    #expect(configuration.description.hasSuffix("(a test)"))
  }

  @Test("says why one cannot be opened") func cannotOpen() async throws {
    let configuration = DatastoreConfiguration(type: .local, path: folder.path, reason: "a test")
    await #expect(throws: DatastoreError.self) { try await configuration.open(durability: .full) }
  }
}
