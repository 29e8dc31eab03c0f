// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Datastore
import LocalDatastore
import Resources
import Synchronization
import TestSupport
import Testing
import ValueTree

@Suite("ADD on a node with an agent", .needsRoot)
struct AgentTests {
  /// What an agent was told, and when.
  private final class Heard: Sendable {
    let requests = Mutex<[AgentRequest]>([])
    let responders = Mutex<[AgentResponder]>([])
  }

  @Test("tells it of the endpoint once that is stored, and waits for its answer")
  func told() async throws {
    let host = try await Host()
    let heard = Heard()
    let server = try AgentServer(path: AgentSocket.path(runDirectory: host.folder.path + "/run")) {
      request, responder in
      heard.requests.withLock { $0.append(request) }
      responder.reply(.pending(reason: "wait"))
      responder.reply(.programmed)
    }
    defer { server.stop() }
    let pod = try host.pod("p")
    let answer = try host.attach(pod)
    #expect(answer.log == "")
    let endpoint = try #require(try await host.endpoint(pod))
    #expect(
      heard.requests.withLock { $0 } == [
        .attached(
          AttachedEndpoint(
            node: "node-1", namespace: "web", name: endpoint.metadata.name,
            interfaceName: endpoint.spec.interfaceName, containerID: "c-p"))
      ])
    // A wait of no seconds is none: the datastore tells the agent.
    try host.attach(try host.pod("q"), [.init("policy_setup_timeout_seconds", 0)])
    #expect(heard.requests.withLock { $0.count } == 1)
  }

  @Test("that is slow or fails attaches the pod all the same, and says so in the log")
  func slow() async throws {
    let host = try await Host()
    let heard = Heard()
    let server = try AgentServer(path: AgentSocket.path(runDirectory: host.folder.path + "/run")) {
      request, responder in
      if heard.requests.withLock({ requests in
        requests.append(request)
        return requests.count == 1
      }) {
        responder.reply(.pending(reason: "starting"))
        heard.responders.withLock { $0.append(responder) }
      } else {
        responder.reply(.failed(reason: "no such set"))
      }
    }
    defer { server.stop() }
    let wait = [Value.Member("policy_setup_timeout_seconds", 1)]
    let slow = try host.attach(try host.pod("p"), wait)
    #expect(slow.log.contains("gave no final answer within 1000 ms: starting"))
    let failed = try host.attach(try host.pod("q"), wait)
    #expect(
      failed.log.contains(
        "the agent has not programmed WorkloadEndpoint(web/node--1-k8s-q-eth0): no such set"))
  }
}
