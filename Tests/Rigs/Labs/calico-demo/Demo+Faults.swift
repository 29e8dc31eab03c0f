// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Lab

extension Demo {
  /// The agent of the database's node is killed and started again under traffic.
  func restartAgent(_ lab: LabCluster) throws(LabError) {
    let node = pods[Cast.database].node
    var traffic: Traffic?
    try screen.step("Applying the policy again, and starting traffic") { () throws(LabError) in
      try writePolicy(lab)
      for pod in [Cast.monitor, Cast.stranger] {
        try waitUntil(lab, pod, reachesDatabase: false)
      }
      traffic = try startTraffic(lab)
    }
    try screen.step("kill -9 of the agent on \(node.name); a label changes while it is dead") {
      () throws(LabError) in
      node.killAgent(9)
      try change(lab, from: "frontend", to: "backend")
      try lab.pause(milliseconds: 1500)
    }
    try screen.step("Starting it again, until that change is in force") { () throws(LabError) in
      try node.startAgent()
      try lab.waitUntilReady(node)
      try waitUntil(lab, Cast.backend, reachesDatabase: false)
      try lab.pause(milliseconds: 1000)
    }
    try judge(traffic, "the agent's restart")
  }

  /// The Typha of the database's agent is killed under traffic, and policy goes on changing.
  func killTypha(_ lab: LabCluster) throws(LabError) {
    let node = pods[Cast.database].node
    var victim: LabTypha?
    var traffic: Traffic?
    var watches: [RunningCommand] = []
    try screen.step("Starting traffic, and watching every route") { () throws(LabError) in
      try lab.waitUntil("the agent of \(node.name) has a Typha") { () throws(LabError) in
        victim = try lab.typha(of: node)
        return victim == nil ? "it has none" : nil
      }
      traffic = try startTraffic(lab)
      for node in lab.nodes { watches.append(try lab.watchRoutes(of: node)) }
    }
    guard let victim else { throw .notFound("the Typha of \(node.name)") }
    let others = lab.typhas.filter { $0 !== victim }
    try screen.step("kill -9 of \(victim.name), of which \(node.name) has everything") {
      () throws(LabError) in
      victim.kill(9)
      // With no other one nothing changes until it is back.
      if others.isEmpty { try lab.pause(milliseconds: 1500) }
    }
    if others.isEmpty {
      try screen.step("Starting it again") { () throws(LabError) in
        try victim.start()
        try lab.waitUntilReady(victim)
      }
    }
    try screen.step("Labels change to and fro, each time until that is in force") {
      () throws(LabError) in
      for _ in 0..<3 {
        try change(lab, from: "backend", to: "frontend")
        try waitUntil(lab, Cast.backend, reachesDatabase: true)
        try change(lab, from: "frontend", to: "backend")
        try waitUntil(lab, Cast.backend, reachesDatabase: false)
      }
    }
    let now = try lab.typha(of: node)
    ledger.judge(
      "the Typha of \(node.name)", others.isEmpty ? victim.name : "not \(victim.name)",
      seen: now?.name ?? "none", isGood: now != nil && (others.isEmpty || now !== victim))
    try judge(traffic, "the Typha's end")
    var moved: [String] = []
    for (node, watch) in zip(lab.nodes, watches) {
      moved += lab.routeChanges(watch, of: node)
    }
    if !moved.isEmpty { screen.text("     " + moved.prefix(8).joined(separator: "\n     ")) }
    ledger.expect("routes that changed meanwhile, on all nodes", "0", seen: "\(moved.count)")
  }

  /// A connection that policy allows, and others that try what it denies, again and again.
  private struct Traffic {
    var allowed: LabStream
    var attacks: [LabStream]
  }

  private func startTraffic(_ lab: LabCluster) throws(LabError) -> Traffic {
    let udp = ProbeTarget(.udp, redis.address, 53)
    var traffic = Traffic(
      allowed: try lab.stream(from: pods[Cast.frontend], to: redis), attacks: [])
    for pod in [Cast.monitor, Cast.stranger] {
      traffic.attacks.append(try lab.stream(from: pods[pod], to: nil, denied: [redis, udp]))
    }
    return traffic
  }

  private func judge(_ traffic: Traffic?, _ event: String) throws(LabError) {
    guard let traffic else { throw .notFound("the stream") }
    let report = try traffic.allowed.finish()
    screen.text(
      "     the allowed stream: \(report.answered) of \(report.sent) messages answered, the "
        + "longest silence \(report.longestSilence) ms, \(report.retransmits) segments sent again")
    ledger.judge(
      "connection during \(event)", "unbroken",
      seen: report.trouble
        ?? (report.longestSilence < 2000 ? "unbroken" : "silent for \(report.longestSilence) ms"),
      isGood: report.trouble == nil && report.longestSilence < 2000 && report.answered > 100)
    var tries = 0
    var successes = 0
    for attack in traffic.attacks {
      for target in try attack.finish().denied {
        if target.successes > 0 {
          screen.text("     \(target.target): \(target.successes) of \(target.tries) got through")
        }
        tries += target.tries
        successes += target.successes
      }
    }
    screen.text("     the denied streams: \(tries) tries, \(successes) got through\n")
    ledger.judge(
      "denied tries during \(event)", "0 of \(tries) get through",
      seen: "\(successes) of \(tries)", isGood: successes == 0 && tries > 100)
  }
}
