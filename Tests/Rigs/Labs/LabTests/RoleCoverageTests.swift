// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import StoreRig
import Testing

@testable import Lab

extension LabTests {
  /// What the programs ask a Kubernetes API server for, against what their roles let them.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms("lab-probe", "calico", "calico-ipam", "calico-node", "calicoctl"))
  struct RoleCoverageSuite {
    /// One object of some kinds that people write.
    private static let objects = """
      apiVersion: projectcalico.org/v3
      kind: GlobalNetworkPolicy
      metadata:
        name: all
      spec:
        selector: app == 'none'
        types: [Ingress]
        ingress:
        - action: Allow
      ---
      apiVersion: projectcalico.org/v3
      kind: NetworkPolicy
      metadata:
        name: none
        namespace: test
      spec:
        selector: app == 'none'
      ---
      apiVersion: projectcalico.org/v3
      kind: NetworkSet
      metadata:
        name: set
        namespace: test
      spec:
        nets: [192.0.2.0/24]
      ---
      apiVersion: projectcalico.org/v3
      kind: IPReservation
      metadata:
        name: reserved
      spec:
        reservedCIDRs: [10.1.0.0/30]
      """

    /// The rights that a run without races and losses does not use.
    private static let spare: [KubernetesUser: Set<String>] = [
      // A claim that loses a race takes its records back; an empty block of a node is taken over.
      .node: [
        "delete blockaffinities.crd.projectcalico.org", "delete ipamblocks.crd.projectcalico.org",
        "list ipamblocks.crd.projectcalico.org", "update ipamblocks.crd.projectcalico.org",
      ],
      .cni: [
        "delete blockaffinities.crd.projectcalico.org", "delete ipamblocks.crd.projectcalico.org",
        "list ipamblocks.crd.projectcalico.org",
      ],
    ]

    /// A runtime may call ADD again for a pod that has been attached. Its annotations have no MAC
    /// address, so that the interface itself must be what says it.
    private func expectNoChange(byRepeatedADDOf pod: LabPod, _ lab: LabCluster) throws {
      func links() throws -> [String] {
        try pod.node.lines("ip", "-o", "link", "show", "dev", pod.hostInterface)
          + [pod.checked("ip", "-o", "link", "show", "dev", "eth0")]
      }
      func stored() throws -> String {
        try lab.kubectl("get", "pod", pod.pod, "-n", pod.kubernetesNamespace, "-o", "yaml")
      }
      let (answer, wired, annotated) = (pod.result, try links(), try stored())
      #expect(annotated.contains("cni.projectcalico.org/podIP: \(pod.address)/32"))
      try lab.add(pod)
      #expect(pod.result == answer)
      #expect(try links() == wired)
      #expect(try stored() == annotated)
    }

    @Test("no program is refused anything, and none may do what it does not")
    func coverage() throws {
      // The nodes make the pool. Its blocks are so small that the plugin must claim more.
      let lab = try LabCluster(
        LabOptions(
          nodes: 2,
          agentSettings: [
            "CALICO_IPV4POOL_CIDR": "10.1.0.0/16", "CALICO_IPV4POOL_BLOCK_SIZE": "31",
            "CALICO_IPV4POOL_NODE_SELECTOR": "has(kubernetes.io/hostname)",
          ]))
      defer { lab.destroy() }
      try lab.startStore(.kubernetes)
      try lab.node(1).startAgent()
      try lab.waitUntilReady(lab.node(1))
      // The second finds the cluster's description, and has something to add to it.
      try lab.node(2).startAgent(["CLUSTER_TYPE": "k8s,lab"])
      try lab.waitUntilMeshed()
      let server = try lab.pod("server", 1, labels: ["app": "server"])
      let client = try lab.pod("client", 2, labels: ["app": "client"])
      let others = try ["b", "c", "d"].map { try lab.pod($0, 2) }
      try expectNoChange(byRepeatedADDOf: server, lab)
      try lab.calicoctl("create", "-f", "-", input: Self.objects)
      try lab.calicoctl("apply", "-f", "-", input: Self.objects)
      try lab.kubectl(
        "apply", "-f", "-",
        input: """
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: {name: closed, namespace: test}
          spec: {podSelector: {matchLabels: {app: server}}, policyTypes: [Ingress]}
          """)
      try lab.waitUntil(client, reaches: server.address, 6379, false)
      for kind in ["wep", "networkpolicies", "networksets"] {
        try lab.calicoctl("get", kind, "--all-namespaces", "-o", "wide")
      }
      for kind in ["nodes", "profiles", "ippools"] {
        try lab.calicoctl("get", kind, "-o", "wide")
      }
      try lab.calicoctl("get", "node", "k8s-n1", "-o", "yaml")
      try lab.calicoctl("get", "profile", "kns.test", "-o", "yaml")
      try lab.calicoctl("get", "networkpolicy", "knp.default.closed", "-n", "test")
      let node = try lab.calicoctl("get", "node", "k8s-n1", "-o", "yaml")
      try lab.calicoctl(
        "apply", "-f", "-", input: node.replacing("  bgp:\n", with: "  bgp:\n    asNumber: 64513\n")
      )
      try lab.calicoctl("ipam", "show")
      try lab.calicoctl("delete", "-f", "-", input: Self.objects)
      lab.detachAll(server, client)
      for pod in others { lab.detachAll(pod) }
      let kubernetes = try #require(lab.kubernetes)
      func unused(by user: KubernetesUser) throws -> [String] {
        let events = try kubernetes.auditEvents(of: user)
        return try RoleCoverage(of: user).unusedRights(events).filter {
          !(Self.spare[user] ?? []).contains($0)
        }
      }
      func wait(until isDone: () throws -> Bool) throws {
        for _ in 0..<100 where try !isDone() { try lab.pause(milliseconds: 100) }
      }
      // A watch stands in the log once it has ended; everything else is there before.
      try wait { try unused(by: .node).allSatisfy { $0.hasPrefix("watch ") } }
      for node in lab.nodes { node.killAgent(15) }
      // An agent that is to find a Typha looks behind the service.
      try lab.node(1).startAgent(["FELIX_TYPHAK8SSERVICENAME": "calico-typha"])
      try wait { try unused(by: .node).isEmpty }
      try lab.node(1).killAgent(15)
      for user in [KubernetesUser.node, .cni] {
        let rest = try unused(by: user)
        #expect(rest == [], "\(user.rawValue) has rights that it does not use")
      }
      for user in [KubernetesUser.node, .cni, .calicoctl] {
        let events = try kubernetes.auditEvents(of: user)
        #expect(RoleCoverage.refusals(events) == [], "\(user.rawValue)")
        #expect(try RoleCoverage(of: user).unusedRules(events) == [], "\(user.rawValue)")
      }
    }
  }
}
