// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Lab

extension LabTests {
  /// What nodes do while the datastore's server is away.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms("lab-probe", "calico", "calico-ipam", "calico-node", "calicoctl"))
  struct StoreFaults {
    private static let pool = """
      apiVersion: projectcalico.org/v3
      kind: IPPool
      metadata:
        name: pool
      spec:
        cidr: 10.1.0.0/16
      """

    /// Lets in what comes from `app == 'client'` to TCP 6379.
    private static let policy = """
      apiVersion: projectcalico.org/v3
      kind: NetworkPolicy
      metadata:
        name: clients
        namespace: test
      spec:
        selector: app == 'server'
        ingress:
        - action: Allow
          protocol: TCP
          source:
            selector: app == 'client'
          destination:
            ports: [6379]
      """

    /// The same lab with another label on the pod.
    private func relabel(_ lab: LabCluster, _ pod: LabPod, _ app: String) throws {
      if lab.hasKubernetes {
        try lab.kubectl(
          "label", "pod", pod.pod, "-n", pod.kubernetesNamespace, "app=\(app)", "--overwrite")
        return
      }
      let text = try lab.calicoctl("get", "wep", pod.endpointName, "-n", "test", "-o", "yaml")
      try lab.calicoctl(
        "replace", "-f", "-", input: text.replacing("app: other", with: "app: \(app)"))
    }

    @Test(
      "nodes keep to the last policy while the datastore stands still, is killed or is not there",
      arguments: [LabDatastore.etcdv3, .kubernetes])
    func keepEnforcing(_ datastore: LabDatastore) throws {
      let lab = try LabCluster(
        LabOptions(nodes: 2, agentSettings: ["NO_DEFAULT_POOLS": "true"]))
      defer { lab.destroy() }
      try lab.startStore(datastore)
      try lab.calicoctl("create", "-f", "-", input: Self.pool)
      try lab.startAgents()
      try lab.waitUntilMeshed()
      let server = try lab.pod("server", 1, labels: ["app": "server"])
      let client = try lab.pod("client", 2, labels: ["app": "client"])
      let other = try lab.pod("other", 2, labels: ["app": "other"])
      try lab.calicoctl("create", "-f", "-", input: Self.policy)
      try lab.waitUntil(other, reaches: server.address, 6379, false)

      func isEnforced() throws -> Bool {
        try lab.outcome(client, .tcp, server.address, 6379).isAnswered
          && !lab.outcome(other, .tcp, server.address, 6379, milliseconds: 500).isAnswered
          && !lab.outcome(client, .tcp, server.address, 80, milliseconds: 500).isAnswered
      }
      #expect(try isEnforced())

      lab.pauseStore()
      try lab.pause(milliseconds: 3000)
      #expect(try isEnforced(), "while the server stands still")
      lab.resumeStore()

      try lab.killStore()
      #expect(try isEnforced(), "after the server was killed")
      // An agent that starts without a datastore leaves what the one before it has programmed.
      try lab.node(1).startAgentAfresh()
      try lab.pause(milliseconds: 3000)
      #expect(try isEnforced(), "after an agent has started without a datastore")

      try lab.restartStore()
      for node in lab.nodes { try lab.waitUntilReady(node) }
      #expect(try isEnforced(), "after the server has come back")
      try relabel(lab, other, "client")
      try lab.waitUntil(other, reaches: server.address, 6379, true)
      lab.detachAll(server, client, other)
    }
  }
}

extension LabNode {
  /// Kills the agent and starts another one, which waits for the datastore.
  func startAgentAfresh() throws {
    killAgent(9)
    try startAgent(["WAIT_FOR_DATASTORE": "true"])
  }
}
