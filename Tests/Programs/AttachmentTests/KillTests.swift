// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Attachment
import Datastore
import Glibc
import IPAM
import LocalDatastore
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("A plugin that is killed", .needsRoot)
struct KillTests {
  @Test("goes through all steps of ADD and of DEL in their order")
  func steps() async throws {
    let host = try await Host(pools: Host.pools)
    let log = host.folder.path + "/steps"
    let former = try host.pod("p", container: "former")
    try host.attach(former, Host.both)
    let pod = try host.pod("p", container: "new")
    let variables = ["CALICO_CNI_STEP_LOG": log as String?]
    #expect(try host.call("ADD", pod, Host.both, variables: variables).status == 0)
    #expect(lines(host) == Step.ofTakeOver.map(\.rawValue))
    try host.folder.write("", to: "steps")
    let first = try host.pod("first")
    #expect(try host.call("ADD", first, Host.both, variables: variables).status == 0)
    #expect(lines(host) == Step.ofAdd.map(\.rawValue))
    try host.folder.write("", to: "steps")
    #expect(try host.call("DEL", pod, Host.both, variables: variables).status == 0)
    #expect(lines(host) == Step.ofDelete.map(\.rawValue))
  }

  private func lines(_ host: Host) -> [String] {
    host.folder.read("steps").split(separator: "\n").map(String.init)
  }

  @Test(
    "before any step of ADD leaves nothing after DEL", arguments: Step.ofTakeOver, [true, false])
  func duringAdd(step: Step, formerFirst: Bool) async throws {
    let host = try await Host(pools: Host.pools)
    let kernel = try host.kernelSnapshot()
    let former = try host.pod("p", container: "former")
    try host.attach(former, Host.both)
    let pod = try host.pod("p", container: "new")
    let killed = try host.call(
      "ADD", pod, Host.both, variables: ["CALICO_CNI_KILL_AT": step.rawValue])
    #expect(killed.status == 128 + SIGKILL)
    #expect(killed.text == "")
    for pod in formerFirst ? [former, pod] : [pod, former] {
      #expect(try host.call("DEL", pod, Host.both).status == 0)
    }
    #expect(try host.kernelSnapshot() == kernel)
    #expect(!(try pod.namespace.run("ip", "link").contains("eth0")))
    #expect(try await host.leftovers() == [])
  }

  @Test("before any step of ADD is made good by another ADD", arguments: Step.ofAdd)
  func addAgain(step: Step) async throws {
    let host = try await Host(pools: Host.pools)
    let pod = try host.pod("p")
    let variables = ["CALICO_CNI_KILL_AT": step.rawValue as String?]
    let killed = try host.call("ADD", pod, Host.both, variables: variables)
    #expect(killed.status == 128 + SIGKILL)
    let answer = try host.attach(pod, Host.both)
    #expect(answer.address == "10.65.0.0/32")
    try pod.ping()
    let check = try host.call(
      "CHECK", pod, Host.both + [.init("prevResult", answer.value)])
    #expect(check.status == 0, "\(check.text)")
  }

  @Test(
    "before any step of taking a pod over is made good by another ADD", arguments: Step.ofTakeOver)
  func takeOverAgain(step: Step) async throws {
    let host = try await Host(pools: Host.pools)
    let former = try host.pod("p", container: "former")
    try host.attach(former, Host.both)
    let pod = try host.pod("p", container: "new")
    let variables = ["CALICO_CNI_KILL_AT": step.rawValue as String?]
    #expect(try host.call("ADD", pod, Host.both, variables: variables).status == 128 + SIGKILL)
    // At no moment is there none of the two.
    #expect(!(try host.podLinks().isEmpty))
    let answer = try host.attach(pod, Host.both)
    try pod.ping()
    #expect(try host.podLinks() == [try await host.endpoint(pod)?.spec.interfaceName])
    let check = try host.call("CHECK", pod, Host.both + [.init("prevResult", answer.value)])
    #expect(check.status == 0, "\(check.text)")
    for pod in [former, pod] { #expect(try host.call("DEL", pod, Host.both).status == 0) }
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test(
    "before it has taken over from an interface without an owner is made good by ADD, or by DEL",
    arguments: [Step.setAside, .replaceLink, .removeFormer], [true, false])
  func takeOverOfUnmarked(step: Step, isRepeated: Bool) async throws {
    let host = try await Host(pools: Host.pools)
    let former = try host.pod("p", container: "former")
    try host.attach(former, Host.both)
    try host.node.run("ip", "link", "set", try host.podLinks()[0], "alias", "")
    let pod = try host.pod("p", container: "new")
    let variables = ["CALICO_CNI_KILL_AT": step.rawValue as String?]
    #expect(try host.call("ADD", pod, Host.both, variables: variables).status == 128 + SIGKILL)
    if isRepeated {
      try host.attach(pod, Host.both)
      try pod.ping()
      #expect(try host.podLinks().count == 1)
    }
    #expect(try host.call("DEL", pod, Host.both).status == 0)
    #expect(try host.call("DEL", former, Host.both).status == 0)
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test(
    "before it takes a pod over frees no address that an interface still has",
    arguments: Step.ofTakeOver
  )
  func takeOverGivenUp(step: Step) async throws {
    let host = try await Host(pools: Host.pools)
    let former = try host.pod("p", container: "former")
    try host.attach(former, Host.both)
    let pod = try host.pod("p", container: "new")
    let variables = ["CALICO_CNI_KILL_AT": step.rawValue as String?]
    #expect(try host.call("ADD", pod, Host.both, variables: variables).status == 128 + SIGKILL)
    // The former container's DEL has not come yet.
    #expect(try host.call("DEL", pod, Host.both).status == 0)
    let kernel = try host.kernelSnapshot(pod).joined(separator: "\n")
    #expect(!kernel.contains("10.65.0.1"), "\(kernel)")
    #expect(!kernel.contains("fd00:65::1"), "\(kernel)")
  }

  @Test(
    "before any step of taking a pod over is made good by an ADD of the former container",
    arguments: Step.ofTakeOver, [false, true])
  func takenBack(step: Step, fails: Bool) async throws {
    let host = try await Host(pools: Host.pools)
    let former = try host.pod("p", container: "former")
    try host.attach(former, Host.both)
    let pod = try host.pod("p", container: "new")
    let variables = ["CALICO_CNI_KILL_AT": step.rawValue as String?]
    #expect(try host.call("ADD", pod, Host.both, variables: variables).status == 128 + SIGKILL)
    if fails {
      // One that gets as far as the places and fails there leaves both as they were.
      let before = try host.podLinks()
      let failed = try host.call(
        "ADD", former, Host.both, variables: ["CALICO_CNI_FAIL_AT": Step.replaceLink.rawValue])
      if failed.status != 0 { #expect(try host.podLinks() == before, "\(failed.text)") }
    }
    try host.attach(former, Host.both)
    try former.ping()
    // Beside it what the new container has, until its DEL: nothing tells how that is called.
    let name = try #require(try await host.endpoint(former)?.spec.interfaceName)
    #expect(try host.podLinks().contains(name))
    for pod in [pod, former] { #expect(try host.call("DEL", pod, Host.both).status == 0) }
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test(
    "twice, in two containers, is made good by an ADD of either, or of the first one",
    arguments: [Step.storeEndpoint, .setAside, .replaceLink, .removeFormer].flatMap { first in
      [Step.replaceLink, .removeFormer].map { [first, $0] }
    }, 0..<3)
  func killedTwice(steps: [Step], last: Int) async throws {
    let host = try await Host(pools: Host.pools)
    let pods = try ["first", "second", "third"].map { try host.pod("p", container: $0) }
    try host.attach(pods[0], Host.both)
    for (pod, step) in zip(pods[1...], steps) {
      let killed = try host.call(
        "ADD", pod, Host.both, variables: ["CALICO_CNI_KILL_AT": step.rawValue])
      #expect(killed.status == 128 + SIGKILL)
    }
    let answer = try host.call("ADD", pods[last], Host.both)
    // Only what took an older one's place may have taken the older one away.
    if last == 2 || answer.status == 0 {
      #expect(answer.status == 0, "\(answer.text)")
      try pods[last].ping()
    } else {
      #expect(!answer.text.contains("errno"), "\(answer.text)")
    }
    for pod in pods { #expect(try host.call("DEL", pod, Host.both).status == 0) }
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test(
    "before any step of taking a pod over is followed by a third container, and frees nothing in use",
    arguments: Step.ofTakeOver, [true, false])
  func thirdContainer(step: Step, isFirstThere: Bool) async throws {
    let host = try await Host(pools: Host.pools)
    let pods = try ["first", "second", "third"].map { try host.pod("p", container: $0) }
    try host.attach(pods[0], Host.both)
    let killed = try host.call(
      "ADD", pods[1], Host.both, variables: ["CALICO_CNI_KILL_AT": step.rawValue])
    #expect(killed.status == 128 + SIGKILL)
    if !isFirstThere {
      try host.node.run("sh", "-c", "ip link delete $(ls /sys/class/net | grep cali | head -1)")
    }
    try host.attach(pods[2], Host.both)
    // Whatever interface is still there has its addresses, and they are nobody else's.
    let held = try await host.ipam.allocations().map { "\($0.address)" }
    for pod in pods {
      let text = try pod.namespace.run("ip", "-o", "addr", "show", "scope", "global")
      for line in text.split(separator: "\n") {
        let address = try #require(
          line.split(separator: " ").dropFirst(3).first?.prefix { $0 != "/" })
        #expect(held.contains(String(address)), "\(line)")
      }
    }
    try pods[2].ping()
    for pod in pods.prefix(2) { #expect(try host.call("DEL", pod, Host.both).status == 0) }
    try pods[2].ping()
    #expect(try host.podLinks().count == 1)
    #expect(try host.call("DEL", pods[2], Host.both).status == 0)
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test("before any step of DEL leaves nothing after another DEL", arguments: Step.ofDelete)
  func duringDelete(step: Step) async throws {
    let host = try await Host(pools: Host.pools)
    let kernel = try host.kernelSnapshot()
    let pod = try host.pod("p")
    try host.attach(pod, Host.both)
    let killed = try host.call(
      "DEL", pod, Host.both, variables: ["CALICO_CNI_KILL_AT": step.rawValue])
    #expect(killed.status == 128 + SIGKILL)
    #expect(try host.call("DEL", pod, Host.both).status == 0)
    #expect(try host.kernelSnapshot() == kernel)
    #expect(try await host.leftovers() == [])
  }
}
