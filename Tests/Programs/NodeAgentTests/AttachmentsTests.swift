// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Dataplane
import DesiredState
import PolicyModel
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

  @Test("who waits for an endpoint that goes, or becomes another's, is told that it is in vain")
  func vain() {
    let key = EndpointID.workload(WorkloadEndpointID(namespace: "ns", name: "a"))
    func change(_ container: String) -> DesiredChange {
      .endpoint(key, DesiredEndpoint(interfaceName: "calia", containerID: container))
    }
    func waiting() -> Attachments<Int> {
      var attachments = Attachments<Int>()
      _ = attachments.announce([change("c1")])
      attachments.attach(endpoint, 1)
      // The kernel does not have it yet.
      _ = attachments.settle(DataplaneStatus(number: 1, inSync: true))
      return attachments
    }
    func reply(_ reason: String) -> [AgentReply] { [.failed(reason: reason)] }
    var deleted = waiting()
    #expect(
      deleted.announce([.endpointRemoved(key)]).answers.map(\.reply)
        == reply("the endpoint was deleted"))
    var replaced = waiting()
    #expect(
      replaced.announce([change("c2")]).answers.map(\.reply)
        == reply("another container has the endpoint"))
    var detached = waiting()
    #expect(
      detached.detach(endpoint, 2).map(\.reply) == reply("the endpoint was detached"))
    // Nobody waits any more, so that nobody is answered twice.
    #expect(deleted.settle(DataplaneStatus(number: 2, applied: 9, inSync: true)).isEmpty)
  }

  @Test("of several who wait, just those who have gone are forgotten")
  func drops() {
    var attachments = Attachments<Int>()
    for client in 1...3 { _ = attachments.detach(endpoint, client) }
    attachments.drop { $0 == 2 }
    let answers = attachments.settle(DataplaneStatus(number: 1, inSync: true))
    #expect(answers.map(\.client) == [1, 3])
  }
}
