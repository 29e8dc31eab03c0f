// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import TestSupport
import Testing
import ValueTree

@testable import KubernetesClient

@Suite("With a server that has faults, a client") struct ScriptedFaultTests {
  private static func list(_ names: [String], next: String = "", revision: Int = 5) -> String {
    let items = names.map { "{\"metadata\":{\"name\":\"\($0)\"}}" }.joined(separator: ",")
    return "{\"kind\":\"WidgetList\",\"metadata\":{\"resourceVersion\":\"\(revision)\","
      + "\"continue\":\"\(next)\"},\"items\":[\(items)]}"
  }

  @Test("comes back when it is told to, and not before") func tooMany() async throws {
    let time = JumpingClock()
    let server = try await ScriptedServer { count, _ in
      guard count <= 3 else { return .json(Self.list(["a"])) }
      var answer = ScriptedServer.Answer.json("{}", status: 429)
      if count == 1 { answer.headers.append(("Retry-After", "7")) }
      if count == 2 {
        answer.parts = [
          Array(
            "{\"kind\":\"Status\",\"code\":429,\"details\":{\"retryAfterSeconds\":3}}".utf8)
        ]
      }
      return answer
    }
    let client = try KubernetesClient.plain(server.url) { options, _ in options.clock = time.clock }
    let listing = try await client.list(widgets)
    #expect(listing.items.map(name) == ["a"] && listing.revision == "5")
    #expect(time.waits == [.seconds(7), .seconds(3), .seconds(1)])
    await client.close()
    await server.close()
  }

  @Test("gives up when it is put off for too long") func forever() async throws {
    let time = JumpingClock()
    let server = try await ScriptedServer { _, _ in
      var answer = ScriptedServer.Answer.json("too many requests", status: 429)
      answer.headers.append(("Retry-After", "100000"))
      return answer
    }
    let client = try KubernetesClient.plain(server.url) { options, _ in options.clock = time.clock }
    let error = await failure { () async throws(KubernetesError) in try await client.list(widgets) }
    #expect(error.status?.code == 429 && error.status?.message == "too many requests")
    #expect(time.waits == [.seconds(30), .seconds(30)])
    await client.close()
    await server.close()
  }

  @Test("keeps to its rate") func rate() async throws {
    let time = JumpingClock()
    let server = try await ScriptedServer { _, _ in .json(Self.list([])) }
    let client = try KubernetesClient.plain(server.url) { options, _ in
      options.requestsPerSecond = 10
      options.burst = 3
      options.clock = time.clock
    }
    for _ in 0..<13 { _ = try await client.list(widgets) }
    #expect(time.waits.count == 10)
    #expect(time.waits.allSatisfy { $0 > .milliseconds(99) && $0 < .milliseconds(101) })
    await client.close()
    await server.close()
  }

  @Test("asks for smaller pages when one is too large, and begins anew when the list is too old")
  func pages() async throws {
    let server = try await ScriptedServer { count, request in
      if request.query("continue") == "old" {
        return .json(
          "{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"too old\"}",
          status: 410)
      }
      if count == 1 { return .json(Self.list(["x"], next: "old")) }
      let limit = Int(request.query("limit") ?? "") ?? 0
      if limit > 10 {
        return ScriptedServer.Answer(parts: [Array(repeating: 32, count: (16 << 20) + 1)])
      }
      return request.query("continue") == nil
        ? .json(Self.list(["a"], next: "b%2F", revision: 9))
        : .json(Self.list(["b"], revision: 9))
    }
    let client = try KubernetesClient.plain(server.url)
    let listing = try await client.list(widgets, .init(namespace: "n", labels: "a=b"))
    #expect(listing.items.map(name) == ["a", "b"] && listing.revision == "9")
    #expect(
      server.requests.map { $0.query("limit") } == ["500", "500", "500", "62", "7", "7"])
    #expect(server.requests.allSatisfy { $0.query("labelSelector") == "a%3Db" })
    #expect(server.requests.last?.query("continue") == "b%252F")
    await client.close()
    await server.close()
  }

  @Test("shows a new token when the old one is refused") func renewal() async throws {
    let folder = try TokenFolder()
    try folder.set("old")
    let server = try await ScriptedServer { _, request in
      if request.authorization == "Bearer new" { return .json(Self.list(["a"])) }
      try? folder.set("new")
      return .json("{\"kind\":\"Status\",\"message\":\"Unauthorized\"}", status: 401)
    }
    let client = try KubernetesClient.plain(server.url) { _, access in
      access.bearer = .tokenFile(folder.path)
    }
    #expect(try await client.list(widgets).items.count == 1)
    #expect(server.requests.map(\.authorization) == ["Bearer old", "Bearer new"])
    await client.close()
    await server.close()
  }

  @Test("says which credentials are refused, and never shows them") func refused() async throws {
    let server = try await ScriptedServer { _, _ in .json("no", status: 401) }
    let client = try KubernetesClient.plain(server.url) { _, access in
      access.bearer = .token("very-secret")
    }
    let error = await failure { () async throws(KubernetesError) in try await client.list(widgets) }
    guard case .unauthorized(let text) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(text.contains("does not accept the token; it may have expired"))
    #expect(!text.contains("very-secret"))
    #expect(server.requests.count == 1)
    await client.close()
    await server.close()
  }

  @Test("takes half of an error for no answer, for what it says is in the other half")
  func halfAnError() async throws {
    for code in [404, 409, 422] {
      let server = try await ScriptedServer { _, _ in
        ScriptedServer.Answer(
          status: code, parts: [Array("{\"kind\":\"Status\",\"deta".utf8)], end: .cut)
      }
      let client = try KubernetesClient.plain(server.url)
      let read = await failure { () async throws(KubernetesError) in
        try await client.get(widgets, namespace: "n", name: "a")
      }
      guard case .unreachable = read else {
        Issue.record("\(code): \(read)")
        return
      }
      let write = await failure { () async throws(KubernetesError) in
        try await client.create(widgets, namespace: "n", ["a": "b"])
      }
      guard case .unknownOutcome = write else {
        Issue.record("\(code): \(write)")
        return
      }
      await client.close()
      await server.close()
    }
  }

  @Test("asks once more over another connection when one ends without an answer, but only reads")
  func endedConnection() async throws {
    let server = try await ScriptedServer { count, _ in
      count == 2 ? .json(Self.list(["a"])) : ScriptedServer.Answer(end: .gone)
    }
    let client = try KubernetesClient.plain(server.url)
    #expect(try await client.list(widgets).items.count == 1)
    #expect(server.requests.count == 2)
    // The next connections end too.
    let read = await failure { () async throws(KubernetesError) in try await client.list(widgets) }
    guard case .unreachable = read else {
      Issue.record("\(read)")
      return
    }
    #expect(server.requests.count == 4)
    let write = await failure { () async throws(KubernetesError) in
      try await client.create(widgets, namespace: "n", ["a": "b"])
    }
    guard case .unknownOutcome = write else {
      Issue.record("\(write)")
      return
    }
    #expect(server.requests.count == 5)
    await client.close()
    await server.close()
  }

  @Test("does not know what became of a write without an answer, and does not repeat it")
  func unknownOutcome() async throws {
    let server = try await ScriptedServer { _, _ in
      ScriptedServer.Answer(parts: [Array("{\"kind\"".utf8)], end: .cut)
    }
    let client = try KubernetesClient.plain(server.url)
    let write = await failure { () async throws(KubernetesError) in
      try await client.create(widgets, namespace: "n", ["a": "b"])
    }
    guard case .unknownOutcome(let text) = write else {
      Issue.record("\(write)")
      return
    }
    #expect(text.contains("whether it was applied is not known"))
    #expect(server.requests.count == 1)
    let read = await failure { () async throws(KubernetesError) in try await client.list(widgets) }
    guard case .unreachable = read else {
      Issue.record("\(read)")
      return
    }
    await client.close()
    await server.close()
  }

  @Test("waits for an answer, and for the rest of it, only so long", arguments: [true, false])
  func silence(_ hasHead: Bool) async throws {
    let server = try await ScriptedServer { _, _ in
      ScriptedServer.Answer(parts: hasHead ? [Array("{".utf8)] : [], end: .never)
    }
    let client = try KubernetesClient.plain(server.url) { options, _ in
      options.answerTimeout = .milliseconds(300)
    }
    let error = await failure { () async throws(KubernetesError) in try await client.list(widgets) }
    #expect("\(error)".contains("did not answer GET /apis/example.org/v1/widgets in time"))
    await client.close()
    await server.close()
  }

  @Test("a watch that goes on says so, also where the server has nothing to tell and no bookmarks")
  func silentServer() async throws {
    let server = try await ScriptedServer { count, _ in
      guard count > 2 else { return ScriptedServer.Answer(parts: []) }
      return .json(
        line("ERROR", "", 0).replacing(
          "{\"kind\":\"Widget\",\"metadata\":{\"name\":\"\",\"resourceVersion\":\"0\"}}",
          with: "{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"old\"}"))
    }
    let client = try KubernetesClient.plain(server.url)
    let signs = Mutex<[String]>([])
    let error = await failure { () async throws(KubernetesError) in
      try await client.follow(widgets, from: "10") { event in
        if case .position(let revision) = event { signs.withLock { $0.append(revision) } }
      }
    }
    #expect(error.status?.isGone == true)
    #expect(signs.withLock { $0 } == ["10", "10"])
    await client.close()
    await server.close()
  }

  @Test("resumes a watch that is cut in the middle of an event, without losing or repeating one")
  func cutWatch() async throws {
    let server = try await ScriptedServer { count, request in
      let half = line("ADDED", "b", 12)
      switch count {
      case 1:
        return ScriptedServer.Answer(
          parts: [Array((line("ADDED", "a", 11) + half.prefix(40)).utf8)], end: .cut)
      case 2:
        return ScriptedServer.Answer(parts: [
          Array((half + line("BOOKMARK", "", 20)).utf8), Array(line("DELETED", "a", 21).utf8),
        ])
      default:
        return .json(
          line("ERROR", "", 0).replacing(
            "{\"kind\":\"Widget\",\"metadata\":{\"name\":\"\",\"resourceVersion\":\"0\"}}",
            with: "{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"old\"}"))
      }
    }
    let client = try KubernetesClient.plain(server.url)
    let events = Mutex<[String]>([])
    let error = await failure { () async throws(KubernetesError) in
      try await client.follow(widgets, from: "10") { event in
        let text =
          switch event {
          case .set(let object): "set \(name(object))"
          case .deleted(let object): "deleted \(name(object))"
          case .position(let revision): "at \(revision)"
          }
        events.withLock { $0.append(text) }
      }
    }
    #expect(error.status?.isGone == true)
    #expect(
      events.withLock { $0.filter { !$0.hasPrefix("at") } } == ["set a", "set b", "deleted a"])
    #expect(events.withLock { $0.last } == "at 21")
    #expect(server.requests.map { $0.query("resourceVersion") } == ["10", "11", "21"])
    #expect(server.requests.allSatisfy { $0.query("allowWatchBookmarks") == "true" })
    await client.close()
    await server.close()
  }

  @Test("begins a watch anew that has fallen silent") func silentWatch() async throws {
    let server = try await ScriptedServer { count, _ in
      if count == 1 {
        return ScriptedServer.Answer(parts: [Array(line("ADDED", "a", 11).utf8)], end: .never)
      }
      return .json("{\"kind\":\"Status\",\"code\":410}", status: 410)
    }
    let client = try KubernetesClient.plain(server.url) { options, _ in
      options.watchSilence = .milliseconds(300)
    }
    let error = await failure { () async throws(KubernetesError) in
      try await client.follow(widgets, from: "10") { _ in }
    }
    #expect(error.status?.isGone == true)
    #expect(server.requests.map { $0.query("resourceVersion") } == ["10", "11"])
    await client.close()
    await server.close()
  }

  @Test("does not ask without end where watches end at once") func barrenWatch() async throws {
    let time = JumpingClock()
    let server = try await ScriptedServer { _, _ in ScriptedServer.Answer(parts: []) }
    let client = try KubernetesClient.plain(server.url) { options, _ in options.clock = time.clock }
    let error = await failure { () async throws(KubernetesError) in
      try await client.follow(widgets, from: "10") { _ in }
    }
    #expect("\(error)".contains("ends the watch of widgets.example.org as soon as it has begun"))
    #expect(server.requests.count == 5)
    await client.close()
    await server.close()
  }

  @Test("goes on with a watch that ends at once only now and then")
  func sometimesBarrenWatch() async throws {
    let time = JumpingClock()
    let server = try await ScriptedServer { count, _ in
      if count > 14 { return .json("{\"kind\":\"Status\",\"code\":410}", status: 410) }
      let isBarren = !count.isMultiple(of: 2)
      return ScriptedServer.Answer(parts: isBarren ? [] : [Array(line("ADDED", "a", count).utf8)])
    }
    let client = try KubernetesClient.plain(server.url) { options, _ in options.clock = time.clock }
    let error = await failure { () async throws(KubernetesError) in
      try await client.follow(widgets, from: "0") { _ in }
    }
    #expect(error.status?.isGone == true, "\(error)")
    #expect(server.requests.count == 15)
    await client.close()
    await server.close()
  }

  @Test("says that nobody listens") func nobody() async throws {
    let client = try KubernetesClient.plain("http://127.0.0.1:1")
    let error = await failure { () async throws(KubernetesError) in try await client.list(widgets) }
    guard case .unreachable(let text) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(
      text == "cannot connect to the Kubernetes API at 127.0.0.1:1 (a test): Connection refused; "
        + "check that it runs and that this is its address")
    await client.close()
    let closed = await failure { () async throws(KubernetesError) in try await client.list(widgets)
    }
    guard case .closed = closed else {
      Issue.record("\(closed)")
      return
    }
  }

  @Test("reads the version that a server says") func version() async throws {
    let server = try await ScriptedServer { _, _ in .json("{\"major\":\"1\",\"minor\":\"25+\"}") }
    let client = try KubernetesClient.plain(server.url)
    #expect(try await client.serverVersion() == (1, 25))
    await client.close()
    await server.close()
  }
}
