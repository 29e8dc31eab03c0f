// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import Testing

@Suite("Letters of field names")
struct LetterCaseTests {
  let desk = Desk()

  @Test("a field in other letters is written, and calicoctl tells the right ones")
  func warned() async throws {
    let answer = await desk.run(
      "create", "-f", "-",
      input: """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: x}
        spec: {Order: 3}

        """)
    #expect(answer.code == 0)
    #expect(
      answer.error
        == "warning: <stdin>:4:8: spec.Order: is read as order, which is how it is written\n")
    let policy = try await desk.withStore { try await $0.get(GlobalNetworkPolicy.self, "x") }
    #expect(policy.spec.order == 3)
  }
}
