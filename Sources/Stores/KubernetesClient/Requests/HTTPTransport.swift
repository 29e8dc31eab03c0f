// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Sends requests to one server and gives back what comes, without a look into it.
///
/// DESIGN: HTTP/1.1, a connection for each request under way. HTTP/2 would carry all watches over
/// one connection, but a client of swift-nio-http2 closes a connection on which a server sends many
/// control frames, and one watch that is not read would hold up the others.
final class HTTPTransport: Sendable {
  private let client: HTTPClient
  private let base: String
  private let isClosed = Mutex(false)

  struct Timeouts: Sendable {
    var connect: Duration
    /// Without a byte from the server.
    var silence: Duration
  }

  init(_ endpoint: Endpoint, serverName: String?, timeouts: Timeouts, hostLimit: Int) {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.httpVersion = .http1Only
    configuration.timeout.connect = .nanoseconds(timeouts.connect.clampedNanoseconds)
    configuration.timeout.read = .nanoseconds(timeouts.silence.clampedNanoseconds)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = hostLimit
    // The server closes idle connections after minutes; to be earlier keeps a request from
    // meeting a connection that is about to be closed.
    configuration.connectionPool.idleTimeout = .seconds(45)
    // Whoever calls has a back-off of their own, and wants to know why.
    configuration.connectionPool.retryConnectionEstablishment = false
    if let serverName, !serverName.isEmpty, serverName != endpoint.host {
      configuration.dnsOverride = [serverName: endpoint.host]
      base = endpoint.url(host: serverName)
    } else {
      base = endpoint.url()
    }
    client = HTTPClient(
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
  }

  /// Sends a request; the answer's body is still to be read. The time counts until its head is
  /// there.
  func send(
    _ method: KubernetesRequest.Method, _ target: String, headers: HTTPHeaders, body: [UInt8]?,
    tls: TLSConfiguration?, headTimeout: Duration
  ) async throws -> HTTPClientResponse {
    var request = HTTPClientRequest(url: base + target)
    request.method = HTTPMethod(rawValue: method.rawValue)
    request.headers = headers
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    request.tlsConfiguration = tls
    return try await client.execute(
      request, timeout: .nanoseconds(headTimeout.clampedNanoseconds))
  }

  /// Whether the connection ended before an answer came.
  static func isBroken(_ error: any Error) -> Bool {
    switch error {
    case let error as HTTPClientError: error == .remoteConnectionClosed
    case let error as ChannelError: error == .ioOnClosedChannel || error == .eof
    case let error as IOError: [ECONNRESET, EPIPE].contains(error.errnoCode)
    case let error as NIOSSLError: error == .uncleanShutdown
    default: false
    }
  }

  func close() async {
    let wasClosed = isClosed.withLock { closed in
      defer { closed = true }
      return closed
    }
    if !wasClosed { try? await client.shutdown() }
  }

  deinit {
    // A client that is dropped without a shutdown is a programming error to its library.
    if isClosed.withLock({ $0 }) { return }
    let client = client
    Task { try? await client.shutdown() }
  }
}

extension Duration {
  /// In nanoseconds, at most some 290 years.
  var clampedNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? 0 : .max / 4 }
    return max(0, min(product, .max / 4) + attoseconds / 1_000_000_000)
  }
}
