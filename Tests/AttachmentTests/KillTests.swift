// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Attachment
import Datastore
import Glibc
import LocalDatastore
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("A plugin that is killed", .needsRoot)
struct KillTests {
  /// Two families, and a pod that was attached before under another container.
  private static let changes: [Value.Member] = [
    .init("ipam", ["type": "calico-ipam", "assign_ipv6": true])
  ]
  private static let pools = ["10.65.0.0/26", "fd00:65::/122"]

  @Test("goes through all steps of ADD and of DEL in their order")
  func steps() async throws {
    let host = try await Host(pools: Self.pools)
    let log = host.folder.path + "/steps"
    let former = try host.pod("p", container: "former")
    try host.attach(former, Self.changes)
    let pod = try host.pod("p", container: "new")
    let variables = ["CALICO_CNI_STEP_LOG": log as String?]
    #expect(try host.call("ADD", pod, Self.changes, variables: variables).status == 0)
    #expect(lines(host) == Step.ofAdd.map(\.rawValue))
    try host.folder.write("", to: "steps")
    #expect(try host.call("DEL", pod, Self.changes, variables: variables).status == 0)
    #expect(lines(host) == Step.ofDelete.map(\.rawValue))
  }

  private func lines(_ host: Host) -> [String] {
    host.folder.read("steps").split(separator: "\n").map(String.init)
  }

  @Test("before any step of ADD leaves nothing after DEL", arguments: Step.ofAdd, [true, false])
  func duringAdd(step: Step, formerFirst: Bool) async throws {
    let host = try await Host(pools: Self.pools)
    let kernel = try host.kernelSnapshot()
    let former = try host.pod("p", container: "former")
    try host.attach(former, Self.changes)
    let pod = try host.pod("p", container: "new")
    let killed = try host.call(
      "ADD", pod, Self.changes, variables: ["CALICO_CNI_KILL_AT": step.rawValue])
    #expect(killed.status == 128 + SIGKILL)
    #expect(killed.text == "")
    for pod in formerFirst ? [former, pod] : [pod, former] {
      #expect(try host.call("DEL", pod, Self.changes).status == 0)
    }
    #expect(try host.kernelSnapshot() == kernel)
    #expect(!(try pod.namespace.run("ip", "link").contains("eth0")))
    #expect(try await host.leftovers() == [])
  }

  @Test("before any step of ADD is made good by another ADD", arguments: Step.ofAdd)
  func addAgain(step: Step) async throws {
    let host = try await Host(pools: Self.pools)
    let pod = try host.pod("p")
    let variables = ["CALICO_CNI_KILL_AT": step.rawValue as String?]
    let killed = try host.call("ADD", pod, Self.changes, variables: variables)
    // Without a former container there is one step less.
    #expect(killed.status == (step == .releaseFormer ? 0 : 128 + SIGKILL))
    let answer = try host.attach(pod, Self.changes)
    #expect(answer.address == "10.65.0.0/32")
    try pod.namespace.run("ping", "-c", "1", "-W", "5", "192.0.2.1")
    let check = try host.call(
      "CHECK", pod, Self.changes + [.init("prevResult", answer.value)])
    #expect(check.status == 0, "\(check.text)")
  }

  @Test(
    "before it takes a pod over frees no address that an interface still has", arguments: Step.ofAdd
  )
  func takeOverGivenUp(step: Step) async throws {
    let host = try await Host(pools: Self.pools)
    let former = try host.pod("p", container: "former")
    try host.attach(former, Self.changes)
    let pod = try host.pod("p", container: "new")
    let variables = ["CALICO_CNI_KILL_AT": step.rawValue as String?]
    #expect(try host.call("ADD", pod, Self.changes, variables: variables).status == 128 + SIGKILL)
    // The former container's DEL has not come yet.
    #expect(try host.call("DEL", pod, Self.changes).status == 0)
    let kernel = try host.kernelSnapshot(pod).joined(separator: "\n")
    #expect(!kernel.contains("10.65.0.1"), "\(kernel)")
    #expect(!kernel.contains("fd00:65::1"), "\(kernel)")
  }

  @Test("before any step of DEL leaves nothing after another DEL", arguments: Step.ofDelete)
  func duringDelete(step: Step) async throws {
    let host = try await Host(pools: Self.pools)
    let kernel = try host.kernelSnapshot()
    let pod = try host.pod("p")
    try host.attach(pod, Self.changes)
    let killed = try host.call(
      "DEL", pod, Self.changes, variables: ["CALICO_CNI_KILL_AT": step.rawValue])
    #expect(killed.status == 128 + SIGKILL)
    #expect(try host.call("DEL", pod, Self.changes).status == 0)
    #expect(try host.kernelSnapshot() == kernel)
    #expect(try await host.leftovers() == [])
  }
}
