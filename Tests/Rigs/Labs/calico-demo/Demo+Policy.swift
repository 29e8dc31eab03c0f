// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Lab

extension Demo {
  var redis: ProbeTarget { ProbeTarget(.tcp, pods[Cast.database].address, 6379) }

  func applyPolicy(_ lab: LabCluster) throws(LabError) {
    screen.show("k8s-n1", "cat policy.yaml", policy)
    try screen.step("\(tool) apply -f policy.yaml, until it is in force") {
      () throws(LabError) in
      try writePolicy(lab)
      try waitUntil(lab, Cast.backend, reachesDatabase: false)
    }
  }

  /// What labels and policies are changed with.
  var tool: String { options.datastore == .kubernetes ? "kubectl" : "calicoctl" }

  private var policy: String {
    options.datastore == .kubernetes ? Cast.kubernetesPolicy : Cast.policy
  }

  func writePolicy(_ lab: LabCluster) throws(LabError) {
    if lab.hasKubernetes {
      try lab.kubectl("apply", "-f", "-", input: policy)
    } else {
      try lab.calicoctl("apply", "-f", "-", input: policy)
    }
  }

  func waitUntil(
    _ lab: LabCluster, _ pod: Int, reachesDatabase: Bool
  ) throws(LabError) {
    let what = "\(pods[pod].name) \(reachesDatabase ? "reaches" : "does not reach") the database"
    try lab.waitUntil(what) { () throws(LabError) in
      let outcome = try lab.probe(from: pods[pod], to: redis, milliseconds: 300)
      return outcome.isAnswered == reachesDatabase ? nil : outcome.description
    }
  }

  /// A denied packet is counted by the kernel, while the same server answers somebody else.
  func watchCounter(_ lab: LabCluster) throws(LabError) {
    let node = pods[Cast.database].node
    var chain = ""
    var grown = 0
    var listing = ""
    var isAnswered = false
    try screen.step("The kernel counts what it drops, while the server answers others") {
      () throws(LabError) in
      let before = try denied(node)
      let refused = try lab.startProbes(from: pods[Cast.backend], to: [redis], milliseconds: 1500)
      isAnswered = try lab.probe(from: pods[Cast.frontend], to: redis).isAnswered
      let outcome = try refused.outcomes()[redis]
      let after = try denied(node)
      for (name, packets) in after where packets - (before[name] ?? 0) > grown {
        (chain, grown) = (name, packets - (before[name] ?? 0))
      }
      if outcome?.isAnswered != false { grown = 0 }
      if !chain.isEmpty {
        listing = try node.checked("nft", "list", "chain", "inet", "calico", chain)
      }
    }
    screen.show(node.name, "nft list chain inet calico \(chain)", listing)
    ledger.judge(
      "dropped packets counted in the kernel", "more than 0", seen: "\(grown)", isGood: grown > 0)
    ledger.expect("meanwhile the database answers frontend", "yes", seen: isAnswered ? "yes" : "no")
  }

  /// The packets that each chain of denials has dropped.
  private func denied(_ node: LabNode) throws(LabError) -> [String: Int] {
    var chain = ""
    var counts: [String: Int] = [:]
    for line in try node.checked("nft", "list", "table", "inet", "calico").split(separator: "\n") {
      let words = line.split(separator: " ").map { $0.filter { $0 != "\t" } }
      if words.first == "chain", words.count > 1 { chain = String(words[1]) }
      guard chain.hasPrefix("deny/"), words.contains("drop"),
        let index = words.firstIndex(of: "packets"), index + 1 < words.count,
        let packets = Int(words[index + 1])
      else { continue }
      counts[chain, default: 0] += packets
    }
    return counts
  }

  /// Gives the backend the label that opens the database to it, as an operator would.
  func relabel(_ lab: LabCluster) throws(LabError) {
    screen.text("     backend becomes a frontend:")
    let pod = pods[Cast.backend]
    screen.text(
      lab.hasKubernetes
        ? "     kubectl label pod \(pod.pod) -n myproject app=frontend --overwrite"
        : "     calicoctl get wep \(pod.endpointName) -n myproject -o yaml | "
          + "sed 's/app: backend/app: frontend/' | calicoctl replace -f -")
    try screen.step("Changing a label live") { () throws(LabError) in
      try change(lab, from: "backend", to: "frontend")
      try waitUntil(lab, Cast.backend, reachesDatabase: true)
    }
  }

  /// Changes the backend's label.
  func change(_ lab: LabCluster, from old: String, to new: String) throws(LabError) {
    if lab.hasKubernetes {
      try lab.kubectl(
        "label", "pod", pods[Cast.backend].pod, "-n", "myproject", "app=\(new)", "--overwrite")
      return
    }
    let name = pods[Cast.backend].endpointName
    let text = try lab.calicoctl("get", "wep", name, "-n", "myproject", "-o", "yaml")
    guard text.contains("app: \(old)") else { throw .notFound("'app: \(old)' in \(name)") }
    try lab.calicoctl(
      "replace", "-f", "-", input: text.replacing("app: \(old)", with: "app: \(new)"))
  }

  func deletePolicy(_ lab: LabCluster) throws(LabError) {
    try screen.step("\(tool) delete networkpolicy allow-tcp-6379 -n myproject") {
      () throws(LabError) in
      let words = ("networkpolicy", "allow-tcp-6379")
      if lab.hasKubernetes {
        try lab.kubectl("delete", words.0, words.1, "-n", "myproject")
      } else {
        try lab.calicoctl("delete", words.0, words.1, "-n", "myproject")
      }
      try waitUntil(lab, Cast.monitor, reachesDatabase: true)
    }
  }
}
