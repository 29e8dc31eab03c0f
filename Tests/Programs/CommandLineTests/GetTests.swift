// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing

@Suite("Showing resources")
struct GetTests {
  let desk = Desk()

  private func endpoint(_ namespace: String, _ pod: String, _ node: String, _ ip: String)
    -> WorkloadEndpoint
  {
    var endpoint = WorkloadEndpoint(name: "\(node)-k8s-\(pod)-eth0", namespace: namespace)
    endpoint.spec.pod = pod
    endpoint.spec.node = node
    endpoint.spec.ipNetworks = [ip]
    endpoint.spec.interfaceName = "cali\(pod)"
    return endpoint
  }

  @Test("a table's columns are three spaces apart and end in a blank line")
  func table() async throws {
    _ = await desk.run("create", "-f", "-", input: Book.ipPool)
    #expect(
      await desk.run("get", "ippools")
        == .init(
          output: lines(
            "NAME        CIDR          SELECTOR   ", "my.ippool   10.1.0.0/16   all()      ", "")))
    #expect(
      await desk.run("get", "IPPool", "-owide").output
        == lines(
          "NAME        CIDR          NAT    IPIPMODE      VXLANMODE   DISABLED   "
            + "DISABLEBGPEXPORT   SELECTOR   ASSIGNMENTMODE   ",
          "my.ippool   10.1.0.0/16   true   CrossSubnet   Never       false      "
            + "false              all()      Automatic        ", ""))
  }

  @Test("an empty table has its headings")
  func empty() async throws {
    #expect(await desk.run("get", "nodes") == .init(output: "NAME   \n\n"))
    #expect(
      await desk.run("get", "policy", "-A").output == "NAMESPACE   NAME   TIER   \n\n")
  }

  @Test("namespaced kinds show one namespace, default unless said otherwise, or all")
  func namespaces() async throws {
    try await desk.store(
      endpoint("default", "a", "n1", "10.1.0.1/32"), endpoint("web", "b", "n2", "10.1.0.65/32"))
    let plain = await desk.run("get", "workLoadEndpoints")
    #expect(
      plain
        == .init(
          output: lines(
            "WORKLOAD   NODE   NETWORKS      INTERFACE   ",
            "a          n1     10.1.0.1/32   calia       ", "")))
    let web = lines(
      "NAMESPACE   WORKLOAD   NODE   NETWORKS       INTERFACE   ",
      "web         b          n2     10.1.0.65/32   calib       ", "")
    #expect(await desk.run("get", "wep", "-nweb").output == web)
    #expect(await desk.run("get", "weps", "--namespace=web").output == web)
    let all = lines(
      "NAMESPACE   WORKLOAD   NODE   NETWORKS       INTERFACE   ",
      "default     a          n1     10.1.0.1/32    calia       ",
      "web         b          n2     10.1.0.65/32   calib       ", "")
    #expect(await desk.run("get", "wep", "-a").output == all)
    #expect(await desk.run("get", "WEP", "-A").output == all)
    #expect(
      await desk.run("get", "nodes", "-n", "web")
        == .init(code: 1, error: "failed to get resources: Node is not namespaced\n"))
    let both = await desk.run("get", "wep", "-A", "-n", "web")
    #expect(both.code == 64)
    #expect(
      both.error.hasPrefix(
        "Error: cannot use both --namespace and --all-namespaces flags at the same time\n"))
  }

  @Test("some are shown by name, and those that are missing named")
  func names() async throws {
    try await desk.store(
      endpoint("default", "a", "n1", "10.1.0.1/32"), endpoint("default", "b", "n1", "10.1.0.2/32"))
    let row = lines(
      "WORKLOAD   NODE   NETWORKS      INTERFACE   ",
      "b          n1     10.1.0.2/32   calib       ", "")
    #expect(await desk.run("get", "wep", "n1-k8s-b-eth0").output == row)
    #expect(
      await desk.run("get", "wep", "n1-k8s-b-eth0", "x", "y")
        == .init(
          code: 1, output: row,
          error: "failed to get resources: [resource does not exist: WorkloadEndpoint(default/x), "
            + "resource does not exist: WorkloadEndpoint(default/y)]\n"))
  }

  @Test("YAML has an object for one, a list for several and a typed list for a kind")
  func yaml() async throws {
    _ = await desk.run("apply", "-f", "-", input: Book.tier)
    let one = lines(
      "apiVersion: projectcalico.org/v3", "kind: Tier", "metadata:", "  name: internal-access",
      "spec:", "  defaultAction: Deny", "  order: 100")
    #expect(
      await desk.run("get", "tier", "internal-access", "-o", "yaml", "--export").output == one)
    let list = lines(
      "apiVersion: projectcalico.org/v3", "items:", "- apiVersion: projectcalico.org/v3",
      "  kind: IPPool", "  metadata:", "    name: my.ippool", "  spec:")
    _ = await desk.run("apply", "-f", "-", input: Book.ipPool)
    let pools = await desk.run("get", "ippools", "-o", "yaml", "--export").output
    #expect(pools.hasPrefix(list), "\(pools)")
    #expect(pools.hasSuffix(lines("kind: IPPoolList", "metadata: {}")), "\(pools)")
    _ = await desk.run("apply", "-f", "-", input: Book.tier.replacing("internal", with: "b"))
    let several = await desk.run(
      "get", "tier", "b-access", "internal-access", "-o", "yaml", "--export")
    #expect(
      several.output
        == lines(
          "- apiVersion: projectcalico.org/v3", "  kind: Tier", "  metadata:",
          "    name: b-access", "  spec:", "    defaultAction: Deny", "    order: 100",
          "- apiVersion: projectcalico.org/v3", "  kind: Tier", "  metadata:",
          "    name: internal-access", "  spec:", "    defaultAction: Deny", "    order: 100"))
    let whole = await desk.run("get", "tier", "b-access", "-o", "yaml").output
    #expect(whole.contains("  creationTimestamp: "))
    #expect(whole.contains("  uid: "))
  }

  @Test("JSON is indented by two and ends in a line end")
  func json() async throws {
    _ = await desk.run("apply", "-f", "-", input: Book.tier)
    #expect(
      await desk.run("get", "tier", "internal-access", "-o", "json", "--export").output == """
        {
          "kind": "Tier",
          "apiVersion": "projectcalico.org/v3",
          "metadata": {
            "name": "internal-access"
          },
          "spec": {
            "order": 100,
            "defaultAction": "Deny"
          }
        }

        """)
  }

  @Test("a file names what to show, one table for each kind")
  func files() async throws {
    let input = [Book.tier, Book.ipPool].joined(separator: "\n---\n")
    _ = await desk.run("apply", "-f", "-", input: input)
    #expect(
      await desk.run("get", "-f", "-", input: input).output
        == lines(
          "NAME              ORDER   ", "internal-access   100     ", "",
          "NAME        CIDR          SELECTOR   ", "my.ippool   10.1.0.0/16   all()      ", ""))
  }

  @Test("a node's own AS number stands without parentheses, the cluster's within")
  func nodesWide() async throws {
    var node = Node(name: "n1")
    node.spec.bgp = NodeBGPSpec()
    node.spec.bgp?.ipv4Address = "10.0.0.1/24"
    try await desk.store(node)
    _ = await desk.run(
      "apply", "-f", "-", input: Book.bgpConfiguration + "\n  asNumber: 65001\n")
    #expect(
      await desk.run("get", "nodes", "-o", "wide").output
        == lines(
          "NAME   ASN       IPV4          IPV6   ", "n1     (65001)   10.0.0.1/24          ", ""))
  }

  @Test("kinds and formats that there are not are refused, and those that there are are named")
  func refused() async throws {
    for kind in ["pods", "ipamblocks"] {
      let answer = await desk.run("get", kind)
      #expect(answer.code == 1 && answer.output.isEmpty)
      #expect(
        answer.error.hasPrefix(
          "failed to get resources: resource type '\(kind)' is not supported; the kinds are: "
            + "BGPConfiguration (bgpconfig), BGPFilter (bgpf, bf), "), "\(answer.error)")
      #expect(answer.error.contains(", Tier, WorkloadEndpoint (wep)\n"), "\(answer.error)")
      #expect(!answer.error.contains("IPAMBlock"))
    }
    let help = await desk.run("get", "--help").output
    #expect(
      help.contains("  NetworkPolicy (policy, np, pol, ") && help.contains("  Tier\n"), "\(help)")
    #expect(
      await desk.run("get", "nodes", "-o", "xml").error
        == "unrecognized output format 'xml', valid are: ps, wide, yaml, json, "
        + "custom-columns=NAME,...\n")
    #expect(await desk.run("get").code == 64)
    #expect(await desk.run("get", "nodes", "-f", "-").code == 64)
  }

  @Test("the namespace of the command line and of the file must agree")
  func namespaceMismatch() async throws {
    #expect(
      await desk.run("apply", "-f", "-", "-n", "other", input: Book.networkPolicy)
        == .init(
          code: 1,
          error:
            "failed to apply 'NetworkPolicy' resource: [NetworkPolicy(myproject/allow-tcp-6379): "
            + "<stdin>:5:3: error with field Namespace = 'myproject' (metadata.namespace: resource "
            + "namespace does not match client namespace. myproject != other)]\n"))
    #expect(
      await desk.run("apply", "-f", "-", "-n", "other", input: Book.tier).error
        == "failed to apply 'Tier' resource: [Tier(internal-access): <stdin>:2:1: error with field "
        + "Kind = 'Tier' (kind: Tier is not namespaced)]\n")
    let without = Book.networkPolicy.replacing("  namespace: myproject\n", with: "")
    #expect(await desk.run("apply", "-f", "-", "-n", "other", input: without).code == 0)
    #expect(await desk.run("apply", "-f", "-", input: without).code == 0)
    #expect(
      try await desk.keys(.networkPolicy) == [
        "NetworkPolicy(default/allow-tcp-6379)", "NetworkPolicy(other/allow-tcp-6379)",
      ])
  }

  @Test("columns may be chosen by their headings, those of the wide table too, in any order")
  func customColumns() async throws {
    try await desk.store(
      endpoint("default", "a", "n1", "10.1.0.1/32"), endpoint("web", "b", "n2", "10.1.0.2/32"))
    #expect(
      await desk.run("get", "wep", "-A", "-o", "custom-columns=NODE,namespace,NAME")
        == .init(
          output: lines(
            "NODE   NAMESPACE   NAME            ", "n1     default     n1-k8s-a-eth0   ",
            "n2     web         n2-k8s-b-eth0   ", "")))
    let wrong = await desk.run("get", "wep", "-o", "custom-columns=NODE,POD")
    #expect(
      wrong
        == .init(
          code: 1,
          error: "unknown heading POD, valid values are: NAMESPACE, WORKLOAD, NODE, NETWORKS, "
            + "INTERFACE, NAME, PROFILES, NATS\n"))
  }
}
