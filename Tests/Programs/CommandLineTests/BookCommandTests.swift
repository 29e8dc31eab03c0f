// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing

@Suite("The book's commands")
struct BookCommandTests {
  let desk = Desk()

  private func endpoint(
    _ pod: String, _ node: String, _ network: String, _ interface: String, in namespace: String
  ) -> WorkloadEndpoint {
    var endpoint = WorkloadEndpoint(name: "\(pod)-eth0", namespace: namespace)
    endpoint.spec.pod = pod
    endpoint.spec.node = node
    endpoint.spec.ipNetworks = [network]
    endpoint.spec.interfaceName = interface
    return endpoint
  }

  /// The words of each line: how wide the book's columns are is the printer's doing.
  private func words(_ text: String) -> [[Substring]] {
    text.split(separator: "\n").map { $0.split(separator: " ") }
  }

  @Test("get wep -nweb shows the three pods")
  func wepOfNamespace() async throws {
    try await desk.store(
      endpoint(
        "nginx-8586cf59-759hb", "ip-172-31-51-217", "192.168.162.146/32", "cali30c9d0d9912",
        in: "web"),
      endpoint(
        "nginx-8586cf59-rv5gm", "ip-172-31-53-121", "192.168.91.20/32", "cali09f9c3884e9",
        in: "web"),
      endpoint(
        "nginx-8586cf59-s9qxq", "ip-172-31-49-195", "192.168.88.23/32", "cali4f54adde68",
        in: "web"))
    let answer = await desk.run("get", "wep", "-nweb")
    #expect(answer.code == 0)
    let book = """
      NAMESPACE   WORKLOAD          NODE                NETWORKS          INTERFACE
      web          nginx-8586cf59-759hb ip-172-31-51-217   192.168.162.146/32 cali30c9d0d9912
      web          nginx-8586cf59-rv5gm ip-172-31-53-121   192.168.91.20/32  cali09f9c3884e9
      web          nginx-8586cf59-s9qxq ip-172-31-49-195   192.168.88.23/32  cali4f54adde68
      """
    #expect(words(answer.output) == words(book))
  }

  @Test("get workLoadEndpoints shows the two pods of the default namespace")
  func workLoadEndpoints() async throws {
    try await desk.store(
      endpoint(
        "nginx-65899c769f-gtmtb", "k8s-n2", "192.168.111.196/32", "cali220fbec450c", in: "default"),
      endpoint(
        "nginx-65899c769f-xvntk", "k8s-n1", "192.168.215.67/32", "cali25b3cd8343b", in: "default"),
      endpoint("other", "k8s-n1", "192.168.215.68/32", "cali0", in: "kube-system"))
    let answer = await desk.run("get", "workLoadEndpoints")
    let book = """
      WORKLOAD          NODE    NETWORKS          INTERFACE
      nginx-65899c769f-gtmtb  k8s-n2  192.168.111.196/32  cali220fbec450c
      nginx-65899c769f-xvntk  k8s-n1  192.168.215.67/32  cali25b3cd8343b
      """
    #expect(answer.code == 0)
    #expect(words(answer.output) == words(book))
  }

  @Test("get nodes and get ippools begin with the book's columns")
  func nodesAndPools() async throws {
    try await desk.store(
      Node(name: "ip-172-31-49-195"), Node(name: "ip-172-31-51-217"),
      IPPool(name: "default-ipv4-ippool", spec: IPPoolSpec(cidr: "192.168.0.0/16")))
    #expect(
      words(await desk.run("get", "nodes").output)
        == [["NAME"], ["ip-172-31-49-195"], ["ip-172-31-51-217"]])
    let pools = words(await desk.run("get", "ippools").output)
    #expect(
      pools.map { $0.prefix(2) }
        == [["NAME", "CIDR"], ["default-ipv4-ippool", "192.168.0.0/16"]])
  }

  @Test("delete node takes the old name away")
  func deleteNode() async throws {
    try await desk.store(Node(name: "old-name"))
    #expect(
      await desk.run("delete", "node", "old-name")
        == .init(output: "Successfully deleted 1 'Node' resource(s)\n"))
    #expect(try await desk.keys(.node) == [])
  }

  @Test("cat … | calicoctl create -f - makes the route reflector's resources")
  func routeReflector() async throws {
    for (yaml, kind) in [
      (Book.bgpConfiguration, Kind.bgpConfiguration), (Book.bgpPeer, .bgpPeer),
    ] {
      #expect(
        await desk.run("create", "-f", "-", input: yaml)
          == .init(output: "Successfully created 1 '\(kind.rawValue)' resource(s)\n"))
    }
    #expect(
      await desk.run("get", "bgppeers").output
        == lines(
          "NAME               PEERIP         NODE       ASN     ",
          "bgppeer-global-1   192.20.30.40   (global)   64567   ", ""))
    #expect(
      await desk.run("get", "bgpconfig").output
        == lines(
          "NAME      LOGSEVERITY   MESHENABLED   ASNUMBER   ",
          "default   Info          false         -          ", ""))
  }

  @Test("every manifest that is right as printed can be applied and read back")
  func manifests() async throws {
    let all = [
      Book.ipPool, Book.networkPolicy, Book.globalNetworkPolicy, Book.tier,
      Book.felixConfiguration, Book.bgpConfiguration, Book.bgpPeer, Book.felixConfigurationOfNode,
      Book.workloadEndpointInPlace.replacing("192.168.0.0/16", with: "192.168.0.7/32"),
      Book.hostEndpointInPlace,
    ].joined(separator: "\n---\n")
    #expect(
      await desk.run("apply", "-f", "-", input: all)
        == .init(output: "Successfully applied 10 resource(s)\n"))
    let shown = await desk.run("get", "-f", "-", "-o", "yaml", "--export", input: all)
    #expect(shown.code == 0)
    let other = Desk()
    #expect(
      await other.run("apply", "-f", "-", input: shown.output)
        == .init(output: "Successfully applied 10 resource(s)\n"))
    // What is exported has no namespace: it is for whichever one its user names.
    #expect(
      await other.run("get", "-f", "-", "-o", "yaml", "--export", input: shown.output) == shown)
  }

  @Test("what is wrong as printed is refused with the place that is wrong")
  func malformed() async throws {
    let stray = "field in document is not recognized or is in the wrong location"
    let endpoint = await desk.run("apply", "-f", "-", input: Book.hostEndpoint)
    #expect(endpoint.code == 1)
    #expect(endpoint.error.hasPrefix("failed to apply 'HostEndpoint' resource: [HostEndpoint("))
    #expect(
      endpoint.error.hasSuffix(
        "): <stdin>:5:1: \(stray): labels (labels belongs under metadata)]\n"))
    let answer = await desk.run("apply", "-f", "-", input: Book.workloadEndpoint)
    #expect(answer.code == 1)
    #expect(
      answer.error.contains("<stdin>:14:1: \(stray): containerID (containerID belongs under spec)"))
    #expect(try await desk.keys(.workloadEndpoint) == [])
  }
}
