// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
package import HostSystem
import NIOCore
import NIOHTTP1
import ValueTree

/// A client of one Kubernetes API.
///
/// It keeps to a rate, waits when the server says so (429), renews credentials that the server
/// refuses, and never takes more of an answer than it has room for. It repeats reads never and
/// writes never: whoever calls knows what a lost answer means.
package final class KubernetesClient: Sendable {
  package struct Options: Sendable {
    /// Requests a second in the long run; 0 is no limit.
    package var requestsPerSecond = 1000.0
    /// Requests at once after a pause.
    package var burst = 1000
    /// Objects in a page of a list.
    package var pageSize = 500
    package var connectTimeout = Duration.seconds(10)
    /// Until the head of an answer is there, and between any two parts of it.
    package var answerTimeout = Duration.seconds(30)
    /// A watch without any sign of life for so long is begun anew where it was. Servers send one
    /// about every minute.
    package var watchSilence = Duration.seconds(150)
    /// For how long a watch is asked for, in seconds; the server ends it then.
    package var watchSeconds = 480
    /// For how long the server may tell us to come back later, in all.
    package var patience = Duration.seconds(60)
    package var userAgent = "calico-in-swift"
    package var clock = HostClock.continuous

    package init() {}
  }

  package let options: Options
  /// Where the server is, for messages.
  package let server: String
  private let access: ClusterAccess
  private let credentials: Credentials
  private let limiter: RateLimiter
  private let calls: HTTPTransport
  private let watches: HTTPTransport
  private let failures: FailureText

  /// Connections at once, more of which wait for one that is free.
  private static let connectionLimit = 64
  private static let watchLimit = 1024

  /// Makes a client; nothing is sent yet.
  ///
  /// Errors: `configuration`.
  package init(_ access: ClusterAccess, options: Options = Options()) throws(KubernetesError) {
    guard let endpoint = Endpoint(access.server) else {
      throw .configuration(
        "\(access.server.quoted) (\(access.origin)) must be the URL of a server: https://host:port")
    }
    self.options = options
    self.access = access
    server = endpoint.url()
    credentials = Credentials(access, usesTLS: endpoint.usesTLS)
    limiter = RateLimiter(
      perSecond: options.requestsPerSecond, burst: options.burst, clock: options.clock)
    failures = FailureText(endpoint, access)
    calls = HTTPTransport(
      endpoint, serverName: access.serverName,
      timeouts: .init(connect: options.connectTimeout, silence: options.answerTimeout),
      hostLimit: Self.connectionLimit)
    watches = HTTPTransport(
      endpoint, serverName: access.serverName,
      timeouts: .init(connect: options.connectTimeout, silence: options.watchSilence),
      hostLimit: Self.watchLimit)
  }

  /// Gives back the connections. Calls under way fail.
  package func close() async {
    await calls.close()
    await watches.close()
  }

  /// Sends a request and gives the whole answer back. An answer that is not a success is thrown.
  package func send(_ request: KubernetesRequest) async throws(KubernetesError) -> [UInt8] {
    let response = try await open(request, over: calls)
    return try await body(of: response, request)
  }

  /// Sends the request of a watch and gives the answer back, whose body goes on and on.
  func openWatch(
    _ request: KubernetesRequest
  ) async throws(KubernetesError) -> HTTPClientResponse {
    try await open(request, over: watches)
  }

  func failure(_ error: any Error, _ request: KubernetesRequest) -> KubernetesError {
    failures.error(error, request)
  }

  // MARK: - One request

  private func open(
    _ request: KubernetesRequest, over transport: HTTPTransport
  ) async throws(KubernetesError) -> HTTPClientResponse {
    var waited = Duration.zero
    var hasRenewed = false
    var hasAskedAgain = false
    while true {
      do { try await limiter.take() } catch { throw .cancelled }
      let grant = try await credentials.grant()
      let response: HTTPClientResponse
      do {
        response = try await transport.send(
          request.method, request.target, headers: headers(request, grant), body: request.body,
          tls: grant.tls, headTimeout: options.answerTimeout)
      } catch {
        // A connection that was kept open may have ended just now: what changes nothing is asked
        // again, once, over a new one.
        guard request.isRead, !hasAskedAgain, HTTPTransport.isBroken(error) else {
          throw failure(error, request)
        }
        hasAskedAgain = true
        continue
      }
      let code = Int(response.status.code)
      if (200...299).contains(code) { return response }
      let status = try await self.status(of: response, request)
      if code == 401 {
        if !hasRenewed, await credentials.renew(after: grant) {
          hasRenewed = true
          continue
        }
        throw .unauthorized(failures.refused(status))
      }
      // Nothing was done, so that any request may be sent again.
      guard code == 429 else { throw .status(status) }
      let pause = Duration.seconds(min(max(status.retryAfter ?? 1, 1), 30))
      guard waited + pause <= options.patience else { throw .status(status) }
      waited += pause
      do { try await options.clock.sleep(pause) } catch { throw .cancelled }
    }
  }

  private func headers(_ request: KubernetesRequest, _ grant: Credentials.Grant) -> HTTPHeaders {
    var headers = HTTPHeaders()
    headers.add(name: "User-Agent", value: options.userAgent)
    // An error may come as JSON from whatever stands before the server.
    headers.add(
      name: "Accept",
      value: request.format == .protobuf
        ? "application/vnd.kubernetes.protobuf, application/json;q=0.5" : "application/json")
    if let authorization = grant.authorization {
      headers.add(name: "Authorization", value: authorization)
    }
    if request.body != nil { headers.add(name: "Content-Type", value: request.contentType) }
    return headers
  }

  private func body(
    of response: HTTPClientResponse, _ request: KubernetesRequest
  ) async throws(KubernetesError) -> [UInt8] {
    var bytes: [UInt8] = []
    if let text = response.headers.first(name: "Content-Length"), let length = Int(text) {
      guard length <= request.responseLimit else { throw tooLarge(request) }
      bytes.reserveCapacity(length)
    }
    // The silence between two parts is bounded; this bounds how long they can trickle.
    let end = options.clock.now() + options.answerTimeout * 10
    do {
      for try await part in response.body {
        guard bytes.count + part.readableBytes <= request.responseLimit else {
          throw tooLarge(request)
        }
        bytes.append(contentsOf: part.readableBytesView)
        guard options.clock.now() < end else { throw HTTPClientError.readTimeout }
      }
    } catch {
      throw error as? KubernetesError ?? failure(error, request)
    }
    return bytes
  }

  private func tooLarge(_ request: KubernetesRequest) -> KubernetesError {
    .tooLarge(
      "the answer to \(request.name) has more than \(request.responseLimit) bytes, which is more "
        + "than is read")
  }

  /// What the server says about a request that it did not fulfil.
  private func status(
    of response: HTTPClientResponse, _ request: KubernetesRequest
  ) async throws(KubernetesError) -> KubernetesStatus {
    let code = Int(response.status.code)
    var bytes: [UInt8] = []
    do {
      for try await part in response.body {
        bytes.append(contentsOf: part.readableBytesView.prefix(1 << 20))
        if bytes.count > 1 << 20 { break }
      }
    } catch {
      // Of these the number says enough. Of others it does not: 404 is for an object that is not
      // there and for a kind that is not, 409 for one that is there and for a newer revision.
      guard code == 401 || code == 429 || code >= 500 else { throw failure(error, request) }
    }
    var status = ObjectDecoder.status(bytes) ?? KubernetesStatus(code: code)
    status.code = code
    if status.message.isEmpty {
      status.message = String(decoding: bytes.prefix(300), as: UTF8.self)
        .split(whereSeparator: \.isNewline).joined(separator: " ")
    }
    if status.retryAfter == nil, let text = response.headers.first(name: "Retry-After") {
      status.retryAfter = Int(text)
    }
    return status
  }
}
