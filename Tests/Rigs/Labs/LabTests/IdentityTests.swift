// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Lab

@Suite struct IdentityTests {
  @Test("a namespace's name tells its lab and process", arguments: ["clab47a-k8s-n1", "clab47a"])
  func parse(_ name: String) throws {
    let identity = try #require(LabIdentity(of: name))
    #expect(identity.name == "clab47a")
    #expect(identity.process == 47)
    #expect(identity.folder == "/tmp/clab47a")
  }

  @Test(
    "other names are none of a lab's",
    arguments: ["clab", "clab47", "claba", "clab-a", "clab0a", "clab47A", "xclab47a", "clab47a/.."])
  func refuse(_ name: String) {
    #expect(LabIdentity(of: name) == nil)
  }

  @Test("two labs of a process have different names")
  func different() {
    let names = (0..<100).map { _ in LabIdentity().name }
    #expect(Set(names).count == 100)
    #expect(names.allSatisfy { LabIdentity(of: $0)?.name == $0 })
  }

  @Test("a line of the probe is read as what it says")
  func outcomes() {
    #expect(ProbeOutcome(line: "ok a/b 10.1.0.1") == .answered(name: "a/b", source: "10.1.0.1"))
    #expect(ProbeOutcome(line: "ok") == .answered(name: "", source: ""))
    #expect(ProbeOutcome(line: "refused") == .refused)
    #expect(ProbeOutcome(line: "timeout") == .timeout)
    #expect(ProbeOutcome(line: "unreachable (No route)") == .unreachable("(No route)"))
    #expect(ProbeOutcome(line: "") == .unreachable(""))
  }
}
