// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Lab

extension LabTests {
  /// What nodes do while the datastore's server is away.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms(
      "lab-probe", "calico", "calico-ipam", "calico-node", "calico-typha", "calicoctl"))
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

    /// Two nodes on a datastore: a server on the one, a client and another pod on the other.
    private func cluster(
      _ datastore: LabDatastore, typhas: Int = 0
    ) throws -> (lab: LabCluster, server: LabPod, client: LabPod, other: LabPod) {
      let lab = try LabCluster(
        LabOptions(nodes: 2, agentSettings: ["NO_DEFAULT_POOLS": "true"]))
      do {
        try lab.startStore(datastore)
        try lab.calicoctl("create", "-f", "-", input: Self.pool)
        if typhas > 0 { try lab.startTyphas(typhas) }
        try lab.startAgents()
        try lab.waitUntilMeshed()
        return (
          lab, try lab.pod("server", 1, labels: ["app": "server"]),
          try lab.pod("client", 2, labels: ["app": "client"]),
          try lab.pod("other", 2, labels: ["app": "other"])
        )
      } catch {
        lab.destroy()
        throw error
      }
    }

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
      arguments: [(LabDatastore.etcdv3, 0), (.kubernetes, 0), (.etcdv3, 1)])
    func keepEnforcing(_ datastore: LabDatastore, typhas: Int) throws {
      let (lab, server, client, other) = try cluster(datastore, typhas: typhas)
      defer { lab.destroy() }
      try lab.calicoctl("create", "-f", "-", input: Self.policy)
      try lab.waitUntil(other, reaches: server.address, 6379, false)

      func isEnforced() throws -> Bool {
        try lab.outcome(client, .tcp, server.address, 6379).isAnswered
          && !lab.outcome(other, .tcp, server.address, 6379, milliseconds: 500).isAnswered
          && !lab.outcome(client, .tcp, server.address, 80, milliseconds: 500).isAnswered
      }
      #expect(try isEnforced())

      // Of one datastore for so long that the agents notice.
      lab.pauseStore()
      try lab.pause(milliseconds: datastore == .etcdv3 ? 30_000 : 3000)
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

    /// Lets a client in to a port of the server.
    private static func policy(_ name: String, lets client: String, to port: Int) -> String {
      """
      apiVersion: projectcalico.org/v3
      kind: NetworkPolicy
      metadata:
        name: \(name)
        namespace: test
      spec:
        selector: app == 'server'
        ingress:
        - action: Allow
          protocol: TCP
          source:
            selector: app == '\(client)'
          destination:
            ports: [\(port)]
      """
    }

    @Test(
      "nodes keep to the last policy while the datastore is locked for a migration",
      arguments: [(LabDatastore.local, 0), (.etcdv3, 0), (.kubernetes, 0), (.etcdv3, 1)])
    func locked(_ datastore: LabDatastore, typhas: Int) throws {
      let (lab, server, client, other) = try cluster(datastore, typhas: typhas)
      defer { lab.destroy() }
      try lab.calicoctl(
        "create", "-f", "-", input: Self.policy("stays", lets: "client", to: 6379))
      try lab.calicoctl("create", "-f", "-", input: Self.policy("goes", lets: "client", to: 80))
      try lab.waitUntil(other, reaches: server.address, 6379, false)
      try lab.waitUntil(client, reaches: server.address, 80, true)

      func isEnforced() throws -> Bool {
        try lab.outcome(client, .tcp, server.address, 6379).isAnswered
          && lab.outcome(client, .tcp, server.address, 80).isAnswered
          && !lab.outcome(other, .tcp, server.address, 6379, milliseconds: 500).isAnswered
      }
      /// What agents write of themselves.
      func records() throws -> String {
        // One by one: the revision of a list is that of the whole store.
        let cluster = try lab.calicoctl("get", "clusterinformation", "default", "-o", "yaml")
        return try lab.nodes.reduce(cluster) { text, node in
          try text + lab.calicoctl("get", "node", node.name, "-o", "yaml")
        }
      }

      try lab.calicoctl("datastore", "migrate", "lock")
      for node in lab.nodes { try lab.waitUntilLocked(node, ready: true) }
      let before = try records()
      try lab.calicoctl("delete", "networkpolicy", "goes", "-n", "test")
      try lab.calicoctl("apply", "-f", "-", input: Self.policy("stays", lets: "other", to: 6379))
      try lab.pause(milliseconds: 2000)
      #expect(try isEnforced(), "while the datastore is locked")
      for typha in lab.typhas {
        // One that starts meanwhile has nothing to tell.
        typha.kill(9)
        try typha.start()
        try lab.pause(milliseconds: 3000)
        #expect(try isEnforced(), "after a Typha has started while the datastore is locked")
      }
      let metrics = try lab.node(2).get(port: LabCluster.metricsPort, path: "/metrics")?.body
      #expect(metrics?.contains("\ncalico_datastore_locked 1\n") == true)

      try lab.node(1).startAgentAfresh()
      try lab.waitUntilLocked(lab.node(1), ready: false)
      let liveness = try lab.node(1).get(port: LabCluster.healthPort, path: "/liveness")
      #expect(liveness?.status == 200)
      try lab.pause(milliseconds: 2000)
      #expect(try isEnforced(), "after an agent has started while the datastore is locked")
      #expect(try records() == before)

      try lab.calicoctl("datastore", "migrate", "unlock")
      for node in lab.nodes { try lab.waitUntilReady(node) }
      try lab.waitUntil(other, reaches: server.address, 6379, true)
      try lab.waitUntil(client, reaches: server.address, 6379, false)
      try lab.waitUntil(client, reaches: server.address, 80, false)
      let said = try #require(LabFiles.read(lab.node(2).agentLog))
      #expect(said.split(separator: "locked for a migration").count == 2, "\(said)")
      lab.detachAll(server, client, other)
    }
  }
}

extension LabCluster {
  /// Waits until an agent says that the datastore is locked, ready or not for all that.
  func waitUntilLocked(_ node: LabNode, ready: Bool) throws(LabError) {
    try waitUntil("the agent of \(node.name) says that it is locked") { () throws(LabError) in
      guard let answer = try node.get(port: Self.healthPort, path: "/readiness") else {
        return "its health server does not answer: \(node.logTail(3))"
      }
      return answer.body.contains("locked for a migration") && (answer.status == 200) == ready
        ? nil : "\(answer.status): \(answer.body)"
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
