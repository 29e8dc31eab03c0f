// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Lab

/// The demo: what is done in which order.
final class Demo {
  let options: DemoOptions
  let screen: Screen
  var ledger = Ledger()
  var lab: LabCluster?
  var pods: [LabPod] = []
  private let watch = Stopwatch()

  init(_ options: DemoOptions, _ screen: Screen) {
    self.options = options
    self.screen = screen
  }

  func run() throws(LabError) {
    let lab = try build()
    try show(lab)
    try matrix(lab, "before any policy", Cast.open)
    try showOutside(lab)
    try applyPolicy(lab)
    try matrix(lab, "with the policy", Cast.guarded)
    try watchCounter(lab)
    try relabel(lab)
    try matrix(lab, "with the new label", Cast.relabelled)
    try deletePolicy(lab)
    try matrix(lab, "without the policy", Cast.open)
    try restartAgent(lab)
    try matrix(lab, "after the restart", Cast.guarded)
    if options.typhas > 0 {
      try killTypha(lab)
      try matrix(lab, "after a Typha's end", Cast.guarded)
    }
  }

  private func build() throws(LabError) -> LabCluster {
    let count = options.nodes
    screen.text(
      screen.coloured("Calico in Swift", .bold)
        + ": a cluster of network namespaces on this machine\n")
    try screen.step("Making a switch and \(count) node\(count == 1 ? "" : "s")") {
      () throws(LabError) in
      // The pool is made by calicoctl, as in the book, and not by the first agent.
      lab = try LabCluster(
        LabOptions(nodes: count, agentSettings: ["NO_DEFAULT_POOLS": "true"]))
    }
    guard let lab else { throw .notFound("the lab") }
    if !lab.swept.isEmpty {
      screen.text("     (swept away what a killed run left: \(lab.swept.joined(separator: ", ")))")
    }
    if let server = Cast.server(options.datastore) {
      try screen.step("Starting \(server)") { () throws(LabError) in
        try lab.startStore(options.datastore)
      }
    }
    try screen.step("Making the book's IP pool my.ippool") { () throws(LabError) in
      try lab.calicoctl("create", "-f", "-", input: Cast.pool)
    }
    if options.typhas > 0 {
      try screen.step(
        options.typhas == 1 ? "Starting a Typha" : "Starting \(options.typhas) Typhas"
      ) { () throws(LabError) in try lab.startTyphas(options.typhas) }
    }
    try screen.step("Starting an agent on each node") { () throws(LabError) in
      try lab.startAgents()
    }
    try screen.step("Attaching \(Cast.roles.count) pods by the CNI plugin") {
      () throws(LabError) in
      for role in Cast.roles {
        pods.append(
          try lab.attach(
            pod: role.pod, namespace: role.namespace, node: lab.nodes[role.node % count],
            labels: ["app": role.app]))
      }
      for pod in pods { try lab.serve(pod, tcp: [6379], udp: [53]) }
    }
    try screen.step("Waiting for all BGP sessions to be established") { () throws(LabError) in
      try lab.waitUntilMeshed()
    }
    return lab
  }

  /// What helps to find out why something failed.
  var diagnosis: String {
    guard let lab else { return "" }
    let agents = lab.nodes.map { "--- \($0.name): \($0.agentLog)\n\($0.logTail(8))" }
    let typhas = lab.typhas.map { "--- \($0.name): \($0.log)\n\($0.logTail(8))" }
    return (agents + typhas).joined(separator: "\n")
  }

  /// Cleans up, or says how to look around.
  func end(isComplete: Bool) {
    guard let lab else { return }
    if options.keeps, isComplete {
      do throws(LabError) {
        try lab.keep()
        screen.result(tour(lab))
        return
      } catch {
        Screen.complain("cannot keep it: \(error)")
      }
    }
    Interruption.shielded {
      do throws(LabError) {
        try screen.step("Taking everything away") { () throws(LabError) in lab.destroy() }
      } catch {
        // Destroying does not fail; the step only passes errors on.
      }
    }
    let left = LabCluster.leftovers(of: lab.name)
    ledger.expect(
      "left behind on this machine", "nothing",
      seen: left.isEmpty ? "nothing" : left.joined(separator: ", "))
    screen.text("     \(Screen.seconds(watch.milliseconds)) in all")
  }

  private func tour(_ lab: LabCluster) -> String {
    let node = lab.nodes.first
    let name = node?.namespace ?? ""
    let settings = lab.store.calicoctlSettings.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    return """

      The cluster stays. Look around:
        ip netns list | grep \(lab.name)
        ip netns exec \(name) ip route
        ip netns exec \(name) nft list table inet calico
        export \(settings)
        \(lab.programs.path("calicoctl")) get wep -A -o wide
        ip netns exec \(pods.first?.namespace ?? "") ping -c1 \(pods.last?.address ?? "")
        less \(node?.agentLog ?? "")
      Take it away:
        \(lab.programs.path("calico-demo")) --clean
      """
  }
}
