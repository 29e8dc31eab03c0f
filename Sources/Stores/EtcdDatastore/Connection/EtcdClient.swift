// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import GRPCCore
import HostSystem
import NIOCore
import NIOPosix
import SwiftProtobuf

/// Calls to etcd: chooses a server, goes to the next one when it fails, and says who asks.
actor EtcdClient {
  /// What may be done about a call whose answer did not come.
  enum Repeatable: Sendable {
    /// It changes nothing: ask again.
    case always
    /// Only if it certainly did not go out.
    case unsent
  }

  typealias Call<R> = @Sendable (EtcdLink, Metadata, CallOptions) async throws -> R

  /// A server and how it does.
  private struct Server {
    var endpoint: EtcdEndpoint
    var link: EtcdLink?
    var backoff: Backoff
    /// Not to be tried before then.
    var restsUntil: ContinuousClock.Instant?
    var trouble: String?
  }

  let options: EtcdDatastore.Options
  private let security: TransportSecurity
  private let loop: MultiThreadedEventLoopGroup
  private var servers: [Server]
  /// The server in use.
  private var current = 0
  /// What still runs of connections that are no longer in use. They may be about to connect once
  /// more, and must not do so on a loop that is gone.
  private var leftovers: [UInt64: Task<Void, Never>] = [:]
  private var lastLeftover: UInt64 = 0
  private var isClosed = false
  private var token: String?
  private var authenticating: Task<Result<String?, FailedAttempt>, Never>?

  init(
    _ options: EtcdDatastore.Options, endpoints: [EtcdEndpoint], security: TransportSecurity
  ) {
    self.options = options
    self.security = security
    loop = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let backoff = Backoff(
      first: options.timing.firstBackoff, longest: options.timing.longestBackoff)
    servers = endpoints.map { Server(endpoint: $0, backoff: backoff) }
    // Clients start with different servers, so that each has its share.
    current = Int.random(in: 0..<max(1, endpoints.count))
  }

  deinit {
    let loop = loop
    let running = Self.running(servers, leftovers)
    if !isClosed { Task.detached { await Self.end(running, loop) } }
  }

  func close() async {
    guard !isClosed else { return }
    isClosed = true
    let running = Self.running(servers, leftovers)
    for index in servers.indices { servers[index].link = nil }
    await Self.end(running, loop)
  }

  private static func running(
    _ servers: [Server], _ leftovers: [UInt64: Task<Void, Never>]
  ) -> [Task<Void, Never>] {
    servers.compactMap { $0.link?.running } + leftovers.values
  }

  private static func end(
    _ running: [Task<Void, Never>], _ loop: MultiThreadedEventLoopGroup
  ) async {
    for task in running { task.cancel() }
    for task in running { await task.value }
    try? await loop.shutdownGracefully()
  }

  // MARK: - Calls

  /// Makes a call to the server in use, or to the next ones while none can be reached and there is
  /// patience left.
  func call<R: Sendable>(
    _ repeatable: Repeatable = .always, limit: Duration? = nil, _ body: @escaping Call<R>
  ) async throws(CallFailure) -> R {
    let end = ContinuousClock.now + options.timing.patience
    var renewals = 0
    while true {
      if Task.isCancelled { throw .refused(.cancelled) }
      let (index, link) = try await reachable(until: end)
      var callOptions = CallOptions.defaults
      callOptions.timeout = limit ?? options.timing.requestLimit
      callOptions.maxRequestMessageBytes = EtcdLink.messageLimit
      let attempt = await attempt(link, options: callOptions, body)
      switch attempt {
      case .success(let result):
        succeeded(index)
        return result
      case .failure(let failure):
        if isClosed { throw .refused(Self.closed) }
        if Task.isCancelled { throw .refused(.cancelled) }
        try judge(failure, index, link, repeatable, &renewals)
      }
    }
  }

  /// Why an attempt failed.
  struct FailedAttempt: Error {
    var verdict: CallVerdict
    var reason: String
    var isSent: Bool
  }

  private func attempt<R: Sendable>(
    _ link: EtcdLink, options: CallOptions, _ body: @escaping Call<R>
  ) async -> Result<R, FailedAttempt> {
    let metadata: Metadata
    switch await credentials(link, options) {
    case .success(let given): metadata = given
    case .failure(let failure): return .failure(failure)
    }
    return await Self.attempt(link, metadata, options, user: self.options.user, body)
  }

  nonisolated private static func attempt<R: Sendable>(
    _ link: EtcdLink, _ metadata: Metadata, _ options: CallOptions, user: String?,
    _ body: @escaping Call<R>
  ) async -> Result<R, FailedAttempt> {
    let mark = SendMark()
    do {
      return .success(
        try await SendMark.$current.withValue(mark) { try await body(link, metadata, options) })
    } catch let error as RPCError {
      return .failure(
        FailedAttempt(
          verdict: CallVerdict(error, user: user), reason: link.explain(error),
          isSent: mark.isSent))
    } catch {
      return .failure(
        FailedAttempt(verdict: .broken, reason: link.explain(error), isSent: mark.isSent))
    }
  }

  /// Draws the consequences of a failure; returns when the call is to be made again.
  private func judge(
    _ failure: FailedAttempt, _ index: Int, _ link: EtcdLink, _ repeatable: Repeatable,
    _ renewals: inout Int
  ) throws(CallFailure) {
    let mayRepeat: Bool
    switch failure.verdict {
    case .failure(let failure): throw failure
    case .renewToken:
      guard options.user != nil, renewals < 2 else {
        throw .refused(
          .unauthorized(
            "etcd does not accept the token that it gave itself (\(failure.reason)): check its log")
        )
      }
      renewals += 1
      token = nil
      return
    case .broken:
      failed(index, link, failure.reason)
      mayRepeat = repeatable == .always || !failure.isSent
    case .late:
      let reason = "no answer within the time limit"
      if failure.isSent { rest(index, reason) } else { failed(index, link, reason) }
      mayRepeat = repeatable == .always || !failure.isSent
    case .elsewhere:
      rest(index, failure.reason)
      mayRepeat = true
    case .elsewhereUnknown:
      rest(index, failure.reason)
      mayRepeat = repeatable == .always
    }
    if !mayRepeat {
      throw .unknownOutcome("\(servers[index].endpoint): \(failure.reason)")
    }
  }

  // MARK: - Servers

  /// A connection to the server in use, or to the next that is not to be left alone now; waits for
  /// one while there is patience.
  private func reachable(
    until end: ContinuousClock.Instant
  ) async throws(CallFailure) -> (Int, EtcdLink) {
    while true {
      if isClosed { throw .refused(Self.closed) }
      let now = ContinuousClock.now
      for step in servers.indices {
        let index = (current + step) % servers.count
        if let until = servers[index].restsUntil, until > now { continue }
        current = index
        return (index, try link(index))
      }
      let next = servers.compactMap(\.restsUntil).min() ?? now
      guard next < end else { throw .refused(unreachable) }
      do { try await Task.sleep(until: next, clock: .continuous) } catch {
        throw .refused(.cancelled)
      }
    }
  }

  private func link(_ index: Int) throws(CallFailure) -> EtcdLink {
    if let link = servers[index].link { return link }
    do throws(DatastoreError) {
      let link = try EtcdLink(
        servers[index].endpoint, security: security, on: loop, timing: options.timing)
      servers[index].link = link
      return link
    } catch {
      throw .refused(error)
    }
  }

  private func succeeded(_ index: Int) {
    servers[index].restsUntil = nil
    servers[index].trouble = nil
    servers[index].backoff.reset()
  }

  /// The connection is of no use any more.
  private func failed(_ index: Int, _ link: EtcdLink, _ reason: String) {
    // Calls that fail together count once.
    guard servers[index].link === link else { return }
    servers[index].link = nil
    retire(link)
    rest(index, reason)
  }

  /// Takes a connection out of use; the calls on it go on as far as they can.
  private func retire(_ link: EtcdLink) {
    link.retire()
    lastLeftover += 1
    let number = lastLeftover
    let running = link.running
    leftovers[number] = running
    Task { [weak self] in
      await running.value
      await self?.forget(number)
    }
  }

  private func forget(_ leftover: UInt64) { leftovers[leftover] = nil }

  /// Leaves a server alone for a while.
  private func rest(_ index: Int, _ reason: String) {
    servers[index].trouble = reason
    servers[index].restsUntil = .now + servers[index].backoff.next()
  }

  private var unreachable: DatastoreError {
    let each = servers.map { "\($0.endpoint): \($0.trouble ?? "not tried")" }
    return .unavailable(
      "\(options.origin): no server of etcd answers (\(each.joined(separator: "; ")))")
  }

  private static let closed = DatastoreError.unavailable("the datastore was closed")

  // MARK: - Who asks

  /// What goes with every request: the token, and that a server without a leader is of no use.
  private func credentials(
    _ link: EtcdLink, _ options: CallOptions
  ) async -> Result<Metadata, FailedAttempt> {
    var metadata: Metadata = ["hasleader": "true"]
    guard let user = self.options.user, !user.isEmpty else { return .success(metadata) }
    if token == nil {
      let task =
        authenticating
        ?? Task { await self.authenticate(link, options, user: user) }
      authenticating = task
      let result = await task.value
      if authenticating == task { authenticating = nil }
      switch result {
      case .success(let given): token = given
      case .failure(let failure): return .failure(failure)
      }
    }
    if let token, !token.isEmpty { metadata.addString(token, forKey: "token") }
    return .success(metadata)
  }

  /// Asks for a token: an empty one where etcd does not ask who one is.
  nonisolated private func authenticate(
    _ link: EtcdLink, _ options: CallOptions, user: String
  ) async -> Result<String?, FailedAttempt> {
    let request = Etcdserverpb_AuthenticateRequest.with {
      $0.name = user
      $0.password = self.options.password ?? ""
    }
    let result = await Self.attempt(link, ["hasleader": "true"], options, user: user) {
      link, metadata, options -> String? in
      do {
        return try await link.auth.authenticate(request, metadata: metadata, options: options).token
      } catch let error as RPCError where error.code == .failedPrecondition {
        return ""
      }
    }
    // Nothing of the caller's request has gone out yet.
    return result.mapError {
      FailedAttempt(verdict: $0.verdict, reason: $0.reason, isSent: false)
    }
  }

  /// A connection and credentials for a stream that its caller runs itself.
  func connection() async throws(CallFailure) -> (link: EtcdLink, metadata: Metadata) {
    let (index, link) = try await reachable(until: .now + options.timing.patience)
    var callOptions = CallOptions.defaults
    callOptions.timeout = options.timing.requestLimit
    switch await credentials(link, callOptions) {
    case .success(let metadata): return (link, metadata)
    case .failure(let failure):
      var renewals = 0
      try judge(failure, index, link, .always, &renewals)
      throw .refused(.unavailable("\(link.endpoint): \(failure.reason)"))
    }
  }

  /// A stream on the connection has failed.
  func streamFailed(on link: EtcdLink, _ verdict: CallVerdict, _ reason: String) {
    guard let index = servers.firstIndex(where: { $0.link === link }) else { return }
    switch verdict {
    case .broken: failed(index, link, reason)
    case .late, .elsewhere, .elsewhereUnknown: rest(index, reason)
    case .renewToken: token = nil
    case .failure: break
    }
  }
}
