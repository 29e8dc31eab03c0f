// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Dataplane
import Testing

@testable import NodeAgent

@Suite("Who waits for endpoints")
struct AttachmentsTests {
  private let endpoint = AttachedEndpoint(
    node: "n1", namespace: "ns", name: "a", interfaceName: "calia", containerID: "c1")

  @Test("nothing is called gone before the datastore has been read")
  func absentTooEarly() {
    var attachments = Attachments<Int>()
    // After a restart: nobody has told of the endpoint, and the kernel may still have it.
    #expect(attachments.detach(endpoint, 1).isEmpty)
    let early = attachments.settle(DataplaneStatus(number: 1))
    #expect(early.map(\.reply) == [.pending(reason: "the datastore has not been read yet")])
    let later = attachments.settle(DataplaneStatus(number: 2, inSync: true))
    #expect(later.map(\.reply) == [.programmed])
  }
}
