// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Lab

extension LabTests {
  /// Policies and agents on three nodes.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms("lab-probe", "calico", "calico-ipam", "calico-node", "calicoctl"), .sharedLab)
  struct Policies {
    private func policy(_ name: String, _ spec: String) -> String {
      """
      apiVersion: projectcalico.org/v3
      kind: NetworkPolicy
      metadata:
        name: \(name)
        namespace: test
      spec:
      \(spec.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
      """
    }

    @Test("a policy lets in what it names and nothing else, on the same node and from others")
    func enforcement() throws {
      let lab = try SharedLab.lab
      let database = try lab.pod("db", 3, labels: ["app": "database"])
      let near = try lab.pod("near", 3, labels: ["app": "frontend"])
      let far = try lab.pod("far", 1, labels: ["app": "frontend"])
      let wrong = try lab.pod("wrong", 3, labels: ["app": "backend"])
      let foreign = try lab.pod("foreign", 1, namespace: "else", labels: ["app": "frontend"])
      defer { lab.detachAll(database, near, far, wrong, foreign) }
      #expect(try lab.outcome(wrong, .tcp, database.address, 6379).isAnswered)
      try lab.calicoctl(
        "apply", "-f", "-",
        input: policy(
          "db",
          """
          selector: app == 'database'
          types: [Ingress, Egress]
          ingress:
          - action: Allow
            protocol: TCP
            source:
              selector: app == 'frontend'
            destination:
              ports: [6379]
          egress:
          - action: Deny
            protocol: UDP
          - action: Allow
          """))
      defer {
        #expect(throws: Never.self) {
          try lab.calicoctl("delete", "networkpolicy", "db", "-n", "test")
        }
      }
      try lab.waitUntil(wrong, reaches: database.address, 6379, false)
      func all(_ address: String) -> [ProbeTarget] {
        [
          ProbeTarget(.tcp, address, 6379), ProbeTarget(.tcp, address, 80),
          ProbeTarget(.udp, address, 53), ProbeTarget(.icmp, address),
        ]
      }
      // Who asks, whom, and which of the targets above answer.
      let cases: [(any LabPlace, String, [Bool])] = [
        (near, database.address, [true, false, false, false]),
        (far, database.address, [true, false, false, false]),
        (wrong, database.address, [false, false, false, false]),
        (foreign, database.address, [false, false, false, false]),
        (try lab.node(1), database.address, [false, false, false, false]),
        // A node always reaches its own pods.
        (database.node, database.address, [true, true, true, true]),
        (database, near.address, [true, true, false, true]),
        (database, far.address, [true, true, false, true]),
      ]
      let running = try cases.map { place, address, _ in
        try lab.startProbes(from: place, to: all(address))
      }
      for ((place, address, expected), probes) in zip(cases, running) {
        let outcomes = try probes.outcomes()
        let seen = all(address).map { outcomes[$0] ?? .unreachable("") }
        let wanted = zip(seen, expected).allSatisfy { outcome, isOpen in
          isOpen ? outcome.isAnswered : outcome == .timeout
        }
        #expect(wanted, "\(place.name) to \(address): \(seen)")
      }
    }

    @Test("a named port is the number that each pod gives it")
    func namedPort() throws {
      let lab = try SharedLab.lab
      let client = try lab.pod("client", 1)
      let one = try lab.pod(
        "one", 2, labels: ["app": "named"], ports: [PodPort("api", .tcp, 6379)])
      let two = try lab.pod("two", 3, labels: ["app": "named"], ports: [PodPort("api", .tcp, 80)])
      defer { lab.detachAll(client, one, two) }
      try lab.calicoctl(
        "apply", "-f", "-",
        input: policy(
          "named",
          """
          selector: app == 'named'
          ingress:
          - action: Allow
            protocol: TCP
            destination:
              ports: [api]
          """))
      defer {
        #expect(throws: Never.self) {
          try lab.calicoctl("delete", "networkpolicy", "named", "-n", "test")
        }
      }
      try lab.waitUntil(client, reaches: one.address, 80, false)
      try lab.waitUntil(client, reaches: two.address, 6379, false)
      #expect(try lab.outcome(client, .tcp, one.address, 6379).isAnswered)
      #expect(try lab.outcome(client, .tcp, two.address, 80).isAnswered)
    }

    @Test("policies that come and go do not disturb a connection that they allow")
    func undisturbed() throws {
      let lab = try SharedLab.lab
      let server = try lab.pod("calm", 2, labels: ["app": "calm"])
      let friend = try lab.pod("friend", 1, labels: ["role": "friend"])
      let enemy = try lab.pod("enemy", 2, labels: ["role": "enemy"])
      let aside = try lab.pod("aside", 2)
      defer { lab.detachAll(server, friend, enemy, aside) }
      let kept = try lab.stream(from: friend, to: ProbeTarget(.tcp, server.address, 6379))
      // No policy is about it: what happens to this stream too is due to the machine.
      let control = try lab.stream(from: friend, to: ProbeTarget(.tcp, aside.address, 6379))
      for _ in 0..<3 {
        try lab.calicoctl(
          "apply", "-f", "-",
          input: policy(
            "calm",
            """
            selector: app == 'calm'
            ingress:
            - action: Allow
              source:
                selector: role == 'friend'
            """))
        try lab.waitUntil(enemy, reaches: server.address, 6379, false)
        try lab.calicoctl("delete", "networkpolicy", "calm", "-n", "test")
        try lab.waitUntil(enemy, reaches: server.address, 6379, true)
      }
      let (report, calm) = (try kept.finish(), try control.finish())
      expectUnbroken(report, beside: calm)
    }

    /// Every message of a stream has its answer, and never were many more without one at once than of
    /// another stream between the same nodes: a second without answers is a hundred of them.
    private func expectUnbroken(
      _ report: LabStream.Report, beside calm: LabStream.Report,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(report.trouble == nil && calm.trouble == nil, sourceLocation: sourceLocation)
      #expect(
        report.answered > 50 && report.answered == report.sent,
        "\(report.answered) of \(report.sent)", sourceLocation: sourceLocation)
      #expect(
        report.mostUnanswered <= calm.mostUnanswered + 100,
        "\(report.mostUnanswered) at once, \(calm.mostUnanswered) of the stream beside it",
        sourceLocation: sourceLocation)
    }

    @Test(
      "an agent that is killed leaves routes, policy and BIRD as they are; a new one adopts them")
    func restart() throws {
      let lab = try SharedLab.lab
      let node = try lab.node(2)
      let server = try lab.pod("kept", 2, labels: ["app": "kept"])
      let friend = try lab.pod("kept-friend", 1, labels: ["role": "friend"])
      let enemy = try lab.pod("kept-enemy", 3)
      let aside = try lab.pod("kept-aside", 3)
      defer { lab.detachAll(server, friend, enemy, aside) }
      try lab.calicoctl(
        "apply", "-f", "-",
        input: policy(
          "kept",
          """
          selector: app == 'kept'
          ingress:
          - action: Allow
            source:
              selector: role == 'friend'
          """))
      defer {
        #expect(throws: Never.self) {
          try lab.calicoctl("delete", "networkpolicy", "kept", "-n", "test")
        }
      }
      try lab.waitUntil(enemy, reaches: server.address, 6379, false)
      let target = ProbeTarget(.tcp, server.address, 6379)
      for signal in [SIGKILL, SIGTERM] {
        let routes = try node.lines("ip", "route")
        let bird = LabFiles.read(node.runFolder + "/bird.pid")
        let kept = try lab.stream(from: friend, to: target)
        // Between nodes whose agents go on.
        let control = try lab.stream(from: friend, to: ProbeTarget(.tcp, aside.address, 6379))
        let denied = try lab.stream(
          from: enemy, to: nil, denied: [target, ProbeTarget(.udp, server.address, 53)])
        node.killAgent(signal)
        #expect(try node.lines("ip", "route") == routes)
        // A pod that leaves while nobody watches.
        let leaver = try lab.pod("leaver", 2)
        try lab.detach(leaver)
        try node.startAgent()
        try lab.waitUntilReady(node)
        try lab.pause(milliseconds: 500)
        let (report, calm) = (try kept.finish(), try control.finish())
        expectUnbroken(report, beside: calm)
        for target in try denied.finish().denied {
          #expect(target.tries > 10)
          #expect(target.successes == 0, "\(target.target)")
        }
        #expect(try node.lines("ip", "route") == routes)
        #expect(bird != nil && LabFiles.read(node.runFolder + "/bird.pid") == bird)
        let map = try node.checked("nft", "list", "map", "inet", "calico", "from-workload")
        #expect(map.contains(server.hostInterface))
        #expect(!map.contains(leaver.hostInterface))
      }
    }

    @Test("a BIRD that dies is started again, and the kernel keeps its routes meanwhile")
    func birdDies() throws {
      let lab = try SharedLab.lab
      let node = try lab.node(3)
      let text = try #require(LabFiles.read(node.runFolder + "/bird.pid"))
      let former = try #require(pid_t(text.prefix { $0.isNumber }))
      let routes = try node.lines("ip", "route")
      kill(former, SIGKILL)
      #expect(try node.lines("ip", "route") == routes)
      try lab.waitUntil("a new BIRD on \(node.name)") {
        let text = LabFiles.read(node.runFolder + "/bird.pid") ?? ""
        let pid = pid_t(text.prefix { $0.isNumber })
        return pid != nil && pid != former ? nil : text
      }
      try lab.waitUntilMeshed()
      // The agent looks at the sessions from time to time only.
      try lab.waitUntilReady(node)
      #expect(try node.lines("ip", "route") == routes)
    }

    @Test("the agents' health and metrics are served")
    func telemetry() throws {
      let lab = try SharedLab.lab
      for node in lab.nodes {
        for path in ["/liveness", "/readiness"] {
          let answer = try #require(try node.get(port: LabCluster.healthPort, path: path))
          #expect((200..<300).contains(answer.status), "\(path): \(answer.body)")
        }
        let metrics = try #require(
          try node.get(port: LabCluster.metricsPort, path: "/metrics"))
        #expect(metrics.status == 200)
        #expect(metrics.body.contains("felix_cluster_num_hosts 3"))
        #expect(metrics.body.contains("\nfelix_logs_dropped 0\n"))
        #expect(metrics.body.contains("\nfelix_log_errors 0\n"))
        // What the agent said goes to its file as to the screen.
        let said = try #require(LabFiles.read(node.libFolder + "/felix.log"))
        #expect(said.contains("[INFO] node: starting node=\(node.name)"))
      }
      #expect(try lab.node(1).get(port: LabCluster.healthPort, path: "/else")?.status == 404)
    }
  }
}
