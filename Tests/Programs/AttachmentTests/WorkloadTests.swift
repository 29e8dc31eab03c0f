// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Attachment

@Suite("A workload's names") struct WorkloadTests {
  private func interface(_ more: [String: String] = [:]) throws -> String {
    var environment = [
      "CNI_COMMAND": "ADD", "CNI_CONTAINERID": "9f9d3f3e5b1c", "CNI_IFNAME": "eth0",
      "CNI_NETNS": "/run/netns/pod",
      "CNI_ARGS": "K8S_POD_NAMESPACE=web;K8S_POD_NAME=nginx-8586cf59-rv5gm",
    ]
    environment.merge(more) { $1 }
    return try Workload(CNIEnvironment(environment), network: "net", node: "node1").interfaceName
  }

  @Test("the host's interface is called as in the book") func interfaceName() throws {
    #expect(try interface() == "cali09f9c3884e9")
  }

  @Test(
    "the first of the agent's interface prefixes begins the name",
    arguments: [
      ("tap", "tap09f9c3884e9"), ("eni,cali", "eni09f9c3884e9"),
      ("K_-2", "K_-209f9c3884e9"), ("", "cali09f9c3884e9"),
    ])
  func prefix(_ prefixes: String, _ name: String) throws {
    #expect(try interface(["FELIX_INTERFACEPREFIX": prefixes]) == name)
  }

  @Test(
    "a prefix that leaves no room for the digits, or is no name, is refused",
    arguments: ["calix", "toolong", ",cali", "a/b", "é", "a.b"])
  func badPrefix(_ prefixes: String) throws {
    #expect {
      try interface(["FELIX_INTERFACEPREFIX": prefixes])
    } throws: {
      "\($0)".contains("FELIX_INTERFACEPREFIX must begin with a prefix of 1 to 4")
    }
  }
}
