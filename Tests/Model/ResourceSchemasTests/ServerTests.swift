// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ResourceSchemas
import Resources
import StoreRig
import Testing
import ValueTree

@Suite("Definitions in a real API server", .serialized)
struct ServerTests {
  private static func manifest(_ kind: String, _ name: String, _ spec: Value) -> String {
    YAML.encode([
      "apiVersion": "crd.projectcalico.org/v1", "kind": .string(kind),
      "metadata": ["name": .string(name)], "spec": spec,
    ])
  }

  @Test("are established, all of them")
  func established() async throws {
    let server = try await KubernetesServer.shared()
    let definitions = try server.get("customresourcedefinitions")["items"]?.array ?? []
    #expect(definitions.count == CustomResource.all.count)
    for definition in definitions {
      let conditions = definition["status"]?["conditions"]?.array ?? []
      for condition in conditions {
        let type = condition["type"]?.string ?? ""
        // What is not structural has that condition.
        #expect(type != "NonStructuralSchema", "\(definition["metadata"]?["name"] ?? .null)")
        if type == "Established" || type == "NamesAccepted" {
          #expect(condition["status"] == "True", "\(condition)")
        }
      }
    }
    let version = try server.raw("/version")
    let form = DefinitionForm(serverVersion: version["gitVersion"]?.string ?? "")
    #expect(form == .structural)
  }

  @Test("let in what is right, and keep what they do not know, at every depth")
  func kept() async throws {
    let server = try await KubernetesServer.shared()
    let rule: Value = [
      "action": "Allow", "protocol": "TCP", "future": 1,
      "destination": ["ports": [80, "90:100"], "future": ["deep": [["er": "x"]]]],
    ]
    let spec: Value = ["selector": "all()", "order": 10.5, "ingress": [rule], "future": "y"]
    try server.apply(Self.manifest("GlobalNetworkPolicy", "kept", spec))
    let stored = try server.get("globalnetworkpolicies.crd.projectcalico.org", "kept")["spec"]
    #expect(stored?["future"] == "y")
    let ingress = stored?["ingress"]?.array?.first
    #expect(ingress?["future"] == 1)
    #expect(ingress?["destination"]?["future"] == ["deep": [["er": "x"]]])
    #expect(ingress?["destination"]?["ports"] == [80, "90:100"])
    // Nothing is filled in: the store has what was written.
    #expect(stored?.members?.count == 4)
    try server.kubectl("delete", "globalnetworkpolicies.crd.projectcalico.org", "kept")
  }

  static let invalid: [(kind: String, spec: Value, field: String)] = [
    ("IPPool", ["natOutgoing": true], "spec.cidr"),
    ("IPPool", ["cidr": "ten"], "spec.cidr"),
    ("IPPool", ["cidr": "10.0.0.0/16", "ipipMode": "Sometimes"], "spec.ipipMode"),
    ("IPPool", ["cidr": "10.0.0.0/16", "blockSize": "26"], "spec.blockSize"),
    ("GlobalNetworkPolicy", ["ingress": [["protocol": "TCP"]]], "spec.ingress.action"),
    ("GlobalNetworkPolicy", ["ingress": [["action": "Perhaps"]]], "spec.ingress.action"),
    ("BGPPeer", ["ttlSecurity": 256], "spec.ttlSecurity"),
    ("FelixConfiguration", ["logSeverityScreen": "Loud"], "spec.logSeverityScreen"),
    ("FelixConfiguration", ["reportingInterval": "30"], "spec.reportingInterval"),
    ("FelixConfiguration", ["healthPort": 70_000], "spec.healthPort"),
    ("IPReservation", ["reservedCIDRs": "10.0.0.0/8"], "spec.reservedCIDRs"),
    ("BGPFilter", ["importV4": [["action": "Drop"]]], "spec.importV4.action"),
    ("CalicoNodeStatus", ["node": "n", "classes": ["Weather"]], "spec.classes"),
    ("KubeControllersConfiguration", ["healthChecks": "Maybe"], "spec.healthChecks"),
  ]

  @Test("refuse what is wrong, and name the field", arguments: invalid)
  func refused(kind: String, spec: Value, field: String) async throws {
    let server = try await KubernetesServer.shared()
    // The server's word, not that of kubectl, which looks at the schema too.
    let outcome = try server.outcome(
      ["apply", "--validate=false", "-f", "-"], input: Self.manifest(kind, "wrong", spec))
    #expect(outcome.status != 0)
    #expect(outcome.errors.contains(field), "\(outcome.errors)")
    #expect(outcome.errors.contains("is invalid"), "\(outcome.errors)")
  }

  @Test("let in what older versions wrote: words in any case, addresses without a length")
  func lenient() async throws {
    let server = try await KubernetesServer.shared()
    try server.apply(
      Self.manifest(
        "FelixConfiguration", "lenient",
        ["logSeverityScreen": "WARNING", "reportingInterval": "1m30s", "iptablesBackend": "NFT"]))
    try server.apply(
      Self.manifest("GlobalNetworkSet", "lenient", ["nets": ["10.0.0.1", "fd00::/64"]]))
    try server.kubectl(
      "delete", "felixconfigurations.crd.projectcalico.org,globalnetworksets.crd.projectcalico.org",
      "lenient")
  }

  @Test("have columns that say what an object is")
  func columns() async throws {
    let server = try await KubernetesServer.shared()
    try server.apply(
      Self.manifest(
        "IPPool", "columns",
        ["cidr": "10.9.0.0/16", "ipipMode": "CrossSubnet", "natOutgoing": true, "blockSize": 27]))
    let lines = try server.kubectl("get", "ipp", "columns").split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    try #require(lines.count == 2)
    #expect(
      lines[0] == [
        "NAME", "CIDR", "NAT", "IPIPMODE", "VXLANMODE", "DISABLED", "SELECTOR", "AGE",
      ])
    #expect(lines[1].prefix(4) == ["columns", "10.9.0.0/16", "true", "CrossSubnet"])
    let wide = try server.kubectl("get", "ippools", "columns", "-o", "wide")
    #expect(wide.contains("BLOCKSIZE") && wide.contains("27"))
    try server.kubectl("delete", "ippool", "columns")
    for resource in CustomResource.all {
      // Every column is one that the server can make.
      try server.kubectl("get", resource.name, "--all-namespaces", "-o", "wide")
    }
  }

  @Test("explain themselves")
  func explain() async throws {
    let server = try await KubernetesServer.shared()
    let text = try server.kubectl("explain", "ippool.spec")
    #expect(text.contains("What is wanted."))
    #expect(text.contains("cidr: The range of addresses."))
    let policy = try server.kubectl("explain", "globalnetworkpolicy")
    #expect(policy.contains("A policy for workloads of all namespaces and for host endpoints."))
  }

  @Test("answer to the short names", arguments: CustomResource.all.flatMap(\.shortNames))
  func shortNames(name: String) async throws {
    let server = try await KubernetesServer.shared()
    try server.kubectl("get", name, "--all-namespaces")
  }
}
