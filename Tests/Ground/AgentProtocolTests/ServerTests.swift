// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Glibc
import TestSupport
import Testing

@Suite("The server")
struct ServerTests {
  let directory = TemporaryFolder()
  var path: String { directory.socket }

  private func fileMode() -> mode_t? {
    var file = stat()
    return lstat(path, &file) == 0 ? file.st_mode : nil
  }

  @Test("a request reaches the handler and its answer the client")
  func answers() async throws {
    let server = try AgentServer(path: path) { request, responder in
      switch request {
      case .attached(let endpoint): responder.reply(.failed(reason: endpoint.interfaceName))
      case .detached: responder.reply(.programmed)
      case .status: responder.reply(.status([.init("ready", "true")]))
      }
    }
    let path = path
    await #expect(
      onThread { ask(path, .attached(endpoint)) } == .success(.failed(reason: "cali0ef24b1a2c3")))
    await #expect(onThread { ask(path, .detached(endpoint)) } == .success(.programmed))
    await #expect(onThread { ask(path, .status) } == .success(.status([.init("ready", "true")])))
    server.stop()
  }

  @Test("an answer may come later, from another thread, after reasons for the delay")
  func later() async throws {
    let server = try AgentServer(path: path) { _, responder in
      Task.detached {
        responder.reply(.pending(reason: "one"))
        responder.reply(.pending(reason: "two"))
        responder.reply(.programmed)
        responder.reply(.failed(reason: "too late"))
      }
    }
    let path = path
    let (reply, reasons) = await onThread {
      var reasons: [String] = []
      let reply = ask(path, .status) { reasons.append($0) }
      return (reply, reasons)
    }
    #expect(reply == .success(.programmed))
    #expect(reasons == ["one", "two"])
    server.stop()
  }

  @Test("a slow agent is given up with the last reason that it gave")
  func slow() async throws {
    let shelf = Shelf()
    let server = try AgentServer(path: path) { _, responder in
      responder.reply(.pending(reason: "no kernel"))
      shelf.put(responder)
    }
    let path = path
    await #expect(
      onThread { ask(path, .status, milliseconds: 1500) }
        == .failure(.noAnswer(path: path, milliseconds: 1500, lastPending: "no kernel")))
    shelf.clear()
    server.stop()
  }

  @Test("a request that is dropped, and a reply that does not fit, are answered as failed")
  func dropped() async throws {
    let server = try AgentServer(path: path) { request, responder in
      if request == .status {
        let entry = AgentReply.StatusEntry("k", String(repeating: "v", count: 60_000))
        responder.reply(.status([entry, entry]))
      }
    }
    let path = path
    await #expect(
      onThread { ask(path, .attached(endpoint)) }
        == .success(.failed(reason: "the agent dropped the request")))
    let result = await onThread { ask(path, .status) }
    guard case .success(.failed(let reason)) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(reason.hasPrefix("the reply does not fit"))
    server.stop()
  }

  @Test("whoever waits in vain can be told from whoever has gone")
  func abandoned() async throws {
    let shelf = Shelf()
    let server = try AgentServer(path: path) { _, responder in shelf.put(responder) }
    let path = path
    let result = await onThread { ask(path, .status, milliseconds: 50) }
    #expect(
      result == .failure(.noAnswer(path: path, milliseconds: 50, lastPending: nil)))
    while shelf.all.first?.isAbandoned != true { try await Task.sleep(for: .milliseconds(1)) }
    async let second = onThread { ask(path, .status) }
    while shelf.all.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
    #expect(shelf.all.map(\.isAbandoned) == [true, false])
    for responder in shelf.all { responder.reply(.programmed) }
    #expect(await second == .success(.programmed))
    server.stop()
  }

  @Test("rubbish is answered and its connection closed, and others are served on")
  func rubbish() async throws {
    let server = try AgentServer(path: path) { _, responder in responder.reply(.programmed) }
    let path = path
    for bytes: [UInt8] in [
      [0, 0, 0, 2, 9, 9], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], [0, 0, 0, 3, 1, 3, 0],
    ] {
      let answer = await onThread {
        let socket = RawSocket(connectingTo: path)
        defer { socket.finish() }
        socket.send(bytes)
        return socket.readToEnd()
      }
      #expect(answer?.dropFirst(4).prefix(2) == [1, 3], "failed, with a reason")
    }
    await #expect(onThread { ask(path, .status) } == .success(.programmed))
    server.stop()
  }

  @Test("requests may come byte by byte and several on one connection")
  func pieces() async throws {
    let server = try AgentServer(path: path) { _, responder in responder.reply(.programmed) }
    let path = path
    let answer = await onThread {
      let socket = RawSocket(connectingTo: path)
      defer { socket.finish() }
      for byte: UInt8 in [0, 0, 0, 2, 1, 3, 0, 0, 0, 2, 1, 3] { socket.send([byte]) }
      socket.send([0, 0, 0, 2, 1, 77])  // has the server close
      return socket.readToEnd()
    }
    #expect(answer?.prefix(13) == [0, 0, 0, 2, 1, 1, 0, 0, 0, 2, 1, 1, 0])
    server.stop()
  }

  @Test("a client that sends nothing, or half a request, is let go")
  func idle() async throws {
    let limits = AgentServer.Limits(connections: 4, idleMilliseconds: 20)
    let server = try AgentServer(path: path, limits: limits) { _, responder in
      responder.reply(.programmed)
    }
    let path = path
    for bytes: [UInt8] in [[], [0, 0, 0, 9, 1]] {
      let answer = await onThread {
        let socket = RawSocket(connectingTo: path)
        defer { socket.finish() }
        socket.send(bytes)
        return socket.readToEnd()
      }
      #expect(answer == [])
    }
    server.stop()
  }

  @Test("more clients than connections are all served")
  func many() async throws {
    let limits = AgentServer.Limits(connections: 3)
    let server = try AgentServer(path: path, limits: limits) { request, responder in
      guard case .attached(let endpoint) = request else { return }
      Task.detached { responder.reply(.failed(reason: endpoint.name)) }
    }
    let path = path
    let wrong = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<40 {
        group.addTask {
          await onThread {
            var own = endpoint
            own.name = "pod-\(number)"
            return ask(path, .attached(own)) == .success(.failed(reason: own.name))
          }
        }
      }
      return await group.reduce(into: 0) { if !$1 { $0 += 1 } }
    }
    #expect(wrong == 0)
    server.stop()
  }

  @Test("clients that hang up while they wait are forgotten")
  func hangUp() async throws {
    let shelf = Shelf()
    let server = try AgentServer(path: path, limits: .init(connections: 2)) { request, responder in
      if request == .status { responder.reply(.programmed) } else { shelf.put(responder) }
    }
    let path = path
    for _ in 0..<6 {
      let result = await onThread { ask(path, .attached(endpoint), milliseconds: 30) }
      #expect(result != .success(.programmed))
    }
    await #expect(onThread { ask(path, .status) } == .success(.programmed))
    shelf.clear()
    server.stop()
  }

  @Test("the socket is its owner's alone and goes when the server stops")
  func file() async throws {
    let server = try AgentServer(path: path) { _, responder in responder.reply(.programmed) }
    #expect(fileMode().map { $0 & 0o777 } == 0o600)
    server.stop()
    server.stop()
    #expect(fileMode() == nil)
    #expect(ask(path, .status) == .failure(.noAgent(path: path)))
  }

  @Test("stopping closes waiting clients, and a reply after it does no harm")
  func stopping() async throws {
    let shelf = Shelf()
    let path = path
    let (started, start) = AsyncStream.makeStream(of: Void.self)
    let server = try AgentServer(path: path) { _, responder in
      shelf.put(responder)
      start.yield()
    }
    async let result = onThread { ask(path, .status) }
    for await _ in started { break }
    server.stop()
    await #expect(result == .failure(.closed(path: path)))
    shelf.clear()
  }

  @Test("a living agent's socket is refused, a dead one's replaced, another file left alone")
  func existing() async throws {
    let path = path
    let first = try AgentServer(path: path) { _, responder in responder.reply(.programmed) }
    #expect(throws: AgentServerError.inUse(path: path)) {
      try AgentServer(path: path) { _, _ in }
    }
    await #expect(onThread { ask(path, .status) } == .success(.programmed), "it lives on")
    first.stop()

    RawSocket(listeningOn: path).finish()
    let second = try AgentServer(path: path) { _, responder in responder.reply(.programmed) }
    await #expect(onThread { ask(path, .status) } == .success(.programmed))
    second.stop()

    close(open(path, O_CREAT | O_WRONLY, 0o600))
    #expect(throws: AgentServerError.notASocket(path: path)) {
      try AgentServer(path: path) { _, _ in }
    }
    #expect(fileMode() != nil)
  }

  @Test("a server that stops leaves the socket of its successor alone")
  func successor() async throws {
    let path = path
    let first = try AgentServer(path: path) { _, responder in responder.reply(.programmed) }
    unlink(path)
    let second = try AgentServer(path: path) { _, responder in responder.reply(.programmed) }
    first.stop()
    await #expect(onThread { ask(path, .status) } == .success(.programmed))
    second.stop()
  }

  @Test("a directory that is not there and a path that is too long are errors")
  func badPaths() {
    #expect(
      throws: AgentServerError.system(path: "/nowhere/", message: "No such file or directory")
    ) {
      try AgentServer(path: "/nowhere/agent.sock") { _, _ in }
    }
    let long = "/tmp/" + String(repeating: "x", count: 200)
    #expect(throws: AgentServerError.badPath(long)) { try AgentServer(path: long) { _, _ in } }
  }
}
