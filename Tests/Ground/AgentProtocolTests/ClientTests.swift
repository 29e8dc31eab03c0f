// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport
import Testing

@testable import AgentProtocol

@Suite("The client and agents that do not do their part")
struct ClientTests {
  @Test("without a socket, or with one of a dead process, there is no agent")
  func absent() async {
    let directory = TemporaryFolder()
    let path = directory.socket
    await #expect(onThread { ask(path, .status) } == .failure(.noAgent(path: path)))
    RawSocket(listeningOn: path).finish()
    await #expect(onThread { ask(path, .status) } == .failure(.noAgent(path: path)))
    #expect(AgentClientError.noAgent(path: "/x").description == "no agent listens on /x")
  }

  @Test(
    "a path that fits no socket is refused",
    arguments: ["", "/a\0b", "/" + String(repeating: "a", count: 107)])
  func paths(_ path: String) {
    #expect(ask(path, .status) == .failure(.badPath(path)))
  }

  @Test("the longest path is used")
  func longestPath() {
    let path = "/" + String(repeating: "a", count: AgentSocket.longestPath - 1)
    #expect(ask(path, .status) == .failure(.noAgent(path: path)))
  }

  @Test("an agent that accepts and says nothing is given up in time")
  func silent() async {
    let directory = TemporaryFolder()
    let path = directory.socket
    let listener = RawSocket(listeningOn: path)
    defer { listener.finish() }
    await #expect(
      onThread { ask(path, .status, milliseconds: 50) }
        == .failure(.noAnswer(path: path, milliseconds: 50, lastPending: nil)))
    await #expect(
      onThread { ask(path, .status, milliseconds: 0) }
        == .failure(.noAnswer(path: path, milliseconds: 0, lastPending: nil)))
  }

  @Test("an agent that never stops saying why it is not done is given up in time")
  func talkative() async throws {
    let directory = TemporaryFolder()
    let path = directory.socket
    let listener = RawSocket(listeningOn: path)
    defer { listener.finish() }
    let frame = try AgentReply.pending(reason: "busy").frame()
    let frames = (0..<100).flatMap { _ in frame }
    async let served: Void = onThread {
      let connection = listener.accepted()
      defer { connection.finish() }
      // But a test that fails ends.
      let end = monotonicMilliseconds() + 5000
      while monotonicMilliseconds() < end, connection.send(frames) {}
    }
    // Slower than the agent on any machine, so that there is always something to read.
    let result = await onThread {
      ask(path, .status, milliseconds: 100) { _ in usleep(200) }
    }
    await served
    #expect(result == .failure(.noAnswer(path: path, milliseconds: 100, lastPending: "busy")))
  }

  @Test("an agent whose queue is full is given up in time")
  func fullQueue() async {
    let directory = TemporaryFolder()
    let path = directory.socket
    let listener = RawSocket(listeningOn: path)
    defer { listener.finish() }
    let waiting = (0..<5).map { _ in RawSocket(connectingTo: path) }
    defer { for socket in waiting { socket.finish() } }
    await #expect(
      onThread { ask(path, .status, milliseconds: 50) }
        == .failure(.noAnswer(path: path, milliseconds: 50, lastPending: nil)))
  }

  @Test("an agent that closes, answers rubbish, or announces too much is told apart")
  func misbehaving() async {
    let cases: [([UInt8], @Sendable (AgentClientError) -> Bool)] = [
      ([], { if case .closed = $0 { true } else { false } }),
      ([0, 0, 0, 9, 1], { if case .closed = $0 { true } else { false } }),
      ([0, 0, 0, 2, 1, 99], { if case .badMessage = $0 { true } else { false } }),
      ([0xFF, 0, 0, 0], { if case .badMessage = $0 { true } else { false } }),
    ]
    for (bytes, isExpected) in cases {
      let directory = TemporaryFolder()
      let path = directory.socket
      let listener = RawSocket(listeningOn: path)
      async let served: Void = onThread {
        let connection = listener.accepted()
        connection.send(bytes)
        connection.finish()
      }
      let result = await onThread { ask(path, .status) }
      await served
      listener.finish()
      guard case .failure(let error) = result else {
        Issue.record("\(bytes) was taken for \(result)")
        continue
      }
      #expect(isExpected(error), "\(error)")
    }
  }

  @Test("a request that does not fit is refused before it is sent")
  func tooLarge() async {
    let directory = TemporaryFolder()
    let path = directory.socket
    let listener = RawSocket(listeningOn: path)
    defer { listener.finish() }
    var large = endpoint
    large.name = String(repeating: "x", count: 70_000)
    let request = AgentRequest.attached(large)
    let result = await onThread { ask(path, request) }
    guard case .failure(.badMessage) = result else {
      Issue.record("\(result)")
      return
    }
  }
}
