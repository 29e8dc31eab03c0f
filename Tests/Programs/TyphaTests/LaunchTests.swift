// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Settings
import StoreAccess
import StoreRig
import TestSupport
import Testing
import TyphaLink

@testable import Typha

/// Nothing of a test goes to the logs of this machine.
let withoutLogs = [
  "TYPHA_LOGSEVERITYSCREEN": "none", "TYPHA_LOGSEVERITYFILE": "none",
  "TYPHA_LOGSEVERITYSYS": "none",
]

@Suite("What Typha is started with")
struct LaunchTests {
  private let folder = TemporaryFolder()

  /// - Parameter file: what the configuration file holds.
  private func launch(
    _ environment: [String: String], file: String = "[global]\n"
  ) throws -> TyphaLaunch {
    try TyphaLaunch(
      environment: environment.merging(withoutLogs) { mine, _ in mine },
      file: folder.write(file, to: "typha.cfg"))
  }

  private func refusal(
    _ environment: [String: String], file: String = "[global]\n"
  ) -> String {
    do {
      _ = try launch(environment, file: file)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("comes from the environment before the file before the defaults")
  func order() throws {
    let file = """
      [global]
      ServerPort = 1111
      MaxConnectionsLowerLimit = 7
      """
    let launch = try launch(
      ["TYPHA_SERVERPORT": "2222", "typha_healthenabled": "true"], file: file)
    #expect(launch.settings.serverPort == 2222)
    #expect(launch.settings.maxConnectionsLowerLimit == 7)
    #expect(launch.settings.healthEnabled)
    #expect(launch.settings.maxConnectionsUpperLimit == 10_000)
    #expect(launch.security == nil)
  }

  @Test("must be there if it is a file that somebody named")
  func file() throws {
    #expect(throws: ConfigurationError.self) {
      try TyphaLaunch(environment: [:], file: folder.file("none.cfg"))
    }
    let text = #expect(throws: (any Error).self) {
      try TyphaLaunch(environment: [:], file: "/no/such.cfg")
    }
    #expect("\(String(describing: text))".contains("cannot read /no/such.cfg"))
  }

  @Test("says which datastore: as for every program, but for what is set for Typha itself")
  func datastore() throws {
    #expect(try launch(["DATASTORE_TYPE": "kubernetes"]).store.type == .kubernetes)
    #expect(try launch(["ETCD_ENDPOINTS": "http://e:1"]).store.type == .etcdv3)
    #expect(
      try launch(["CALICO_DATASTORE_PATH": "/tmp/x.db"]).store.path == "/tmp/x.db")
    let both = try launch(["DATASTORE_TYPE": "kubernetes", "TYPHA_DATASTORETYPE": "etcdv3"])
    #expect(both.store.type == .etcdv3)
    let endpoints = try launch([
      "ETCD_ENDPOINTS": "http://e:1", "TYPHA_ETCDENDPOINTS": "http://t:2",
    ])
    #expect(endpoints.store.spec.etcdEndpoints == "http://t:2")
    let address = try launch(["TYPHA_ETCDADDR": "t:3", "TYPHA_ETCDSCHEME": "https"])
    #expect(address.store.spec.etcdEndpoints == "https://t:3")
    let addressAndEndpoints = try launch([
      "TYPHA_ETCDADDR": "t:3", "TYPHA_ETCDENDPOINTS": "http://t:2",
    ])
    #expect(addressAndEndpoints.store.spec.etcdEndpoints == "http://t:2")
    let fromFile = try launch([:], file: "[global]\nDatastoreType = kubernetes\n")
    #expect(fromFile.store.type == .kubernetes)
    let files = try launch([
      "TYPHA_DATASTORETYPE": "etcdv3", "TYPHA_ETCDKEYFILE": "/k", "TYPHA_ETCDCERTFILE": "/c",
      "TYPHA_ETCDCAFILE": "/a", "ETCD_KEY_FILE": "/other",
    ])
    #expect(files.store.spec.etcdKeyFile == "/k" && files.store.spec.etcdCertFile == "/c")
    #expect(files.store.spec.etcdCACertFile == "/a")
  }

  @Test(
    "is refused with the name of what is wrong",
    arguments: [
      (["TYPHA_DATASTORETYPE": "mysql"], ["DatastoreType", "mysql"]),
      (["DATASTORE_TYPE": "mysql"], ["DATASTORE_TYPE", "mysql"]),
      (
        ["TYPHA_SERVERKEYFILE": "/k"],
        ["TYPHA_SERVERKEYFILE", "TYPHA_SERVERCERTFILE", "TYPHA_CAFILE"]
      ),
      (["TYPHA_CLIENTCN": "felix"], ["TYPHA_CLIENTCN", "TYPHA_SERVERKEYFILE"]),
      (
        ["TYPHA_SERVERKEYFILE": "/k", "TYPHA_SERVERCERTFILE": "/c", "TYPHA_CAFILE": "/a"],
        ["TYPHA_CLIENTCN", "TYPHA_CLIENTURISAN"]
      ),
    ] as [([String: String], [String])])
  func refused(_ environment: [String: String], names: [String]) {
    let text = refusal(environment)
    for name in names { #expect(text.contains(name), "\(text)") }
    #expect(!text.isEmpty)
  }

  @Test("counts a Typha that has addresses of both families once")
  func families() {
    let v4 = (1...3).map { ServiceAddress(host: "192.0.2.\($0)", port: 1) }
    let v6 = (1...3).map { ServiceAddress(host: "2001:db8::\($0)", port: 1) }
    #expect(TyphaLaunch.count(v4) == 3 && TyphaLaunch.count(v6) == 3)
    #expect(TyphaLaunch.count(v4 + v6) == 3 && TyphaLaunch.count(v4 + v6.prefix(2)) == 3)
    #expect(TyphaLaunch.count([]) == 0)
  }

  @Test("asks Kubernetes how many Typhas there are only where the agents are to be shared")
  func rebalancing() throws {
    #expect(try launch([:]).typhas() == nil)
    let shared = try launch([
      "TYPHA_CONNECTIONREBALANCINGMODE": "kubernetes", "K8S_API_ENDPOINT": "http://127.0.0.1:1",
    ])
    #expect(try shared.typhas() != nil)
  }
}
