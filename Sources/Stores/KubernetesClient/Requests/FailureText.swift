// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import HostSystem
import NIOCore
import NIOPosix
import NIOSSL
import ValueTree

/// Says in people's words why there was no answer, and what to do about it.
struct FailureText: Sendable {
  let endpoint: Endpoint
  let access: ClusterAccess

  init(_ endpoint: Endpoint, _ access: ClusterAccess) {
    self.endpoint = endpoint
    self.access = access
  }

  private var address: String {
    endpoint.host.contains(":")
      ? "[\(endpoint.host)]:\(endpoint.port)" : "\(endpoint.host):\(endpoint.port)"
  }

  private var place: String { "the Kubernetes API at \(address) (\(access.origin))" }

  /// The failure of a request that had no (whole) answer.
  func error(_ error: any Error, _ request: KubernetesRequest) -> KubernetesError {
    if error is CancellationError { return .cancelled }
    if let error = error as? KubernetesError { return error }
    if let text = unreached(error) { return .unreachable(text) }
    switch error as? HTTPClientError {
    case .cancelled: return .cancelled
    case .alreadyShutdown: return .closed
    default: break
    }
    if "\(error)".contains("invalidHeaderFieldValues") {
      return .configuration("the token (\(access.origin)) has characters that no token may have")
    }
    let what: String =
      switch error as? HTTPClientError {
      case .readTimeout, .deadlineExceeded:
        "\(place) did not answer \(request.name) in time; it may be overloaded"
      case .remoteConnectionClosed, .uncleanShutdown:
        "\(place) closed the connection before it had answered \(request.name)"
      default: "\(place) gave no answer to \(request.name): \(Self.text(error))"
      }
    if request.isRead { return .unreachable(what) }
    return .unknownOutcome(
      "\(what); whether it was applied is not known, so look before trying again")
  }

  /// Why nothing was sent at all; nil when something was.
  private func unreached(_ error: any Error) -> String? {
    switch error {
    case let error as NIOConnectionError:
      if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
        return "cannot find the address of \(endpoint.host) (\(access.origin)); check the server's "
          + "name and this host's DNS"
      }
      let reason = error.connectionErrors.first.map { Self.text($0.error) } ?? Self.text(error)
      return
        "cannot connect to \(place): \(reason); check that it runs and that this is its address"
    case let error as IOError where error.errnoCode == 111 || error.errnoCode == 113:
      return "cannot connect to \(place): \(Self.text(error)); check that it runs and that this is "
        + "its address"
    case is NIOSSLExtraError:
      return certificateName
    case let error as NIOSSLError:
      return handshake("\(error)")
    case let error as BoringSSLError:
      return handshake("\(error)")
    default: break
    }
    switch error as? HTTPClientError {
    case .connectTimeout, .getConnectionFromPoolTimeout:
      return "cannot connect to \(place): no answer in time; check the address and firewalls"
    case .tlsHandshakeTimeout:
      return "\(place) did not finish the TLS handshake in time; check that it speaks TLS"
    default: return nil
    }
  }

  private var certificateName: String {
    let name = access.serverName ?? endpoint.host
    return "the certificate of \(place) is not for \(name.quoted); use a name that it has, or set "
      + "tls-server-name in the kubeconfig. 'openssl s_client -connect \(address) | openssl x509 "
      + "-noout -text' shows its names"
  }

  private func handshake(_ text: String) -> String? {
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      let authority =
        access.authority.map { "the authority in \($0.source)" } ?? "an authority of this system"
      return "the certificate of \(place) is not to be trusted: it is not signed by \(authority), "
        + "or it has expired. Check 'openssl s_client -connect \(address) | openssl x509 -noout "
        + "-issuer -dates' and the certificate-authority"
    }
    if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
      return "\(place) does not speak TLS; check the port"
    }
    if text.contains("handshakeFailed") || text.contains("ALERT") {
      return "the TLS handshake with \(place) failed: \(text); check the client's certificate"
    }
    return nil
  }

  /// What to do about an answer with status 401.
  func refused(_ status: KubernetesStatus) -> String {
    let how =
      switch access.bearer {
      case .tokenFile(let path): "the token in \(path)"
      case .token: "the token"
      case .password(let user, _): "the password of \(user.quoted)"
      case .program(let program): "what \(program.command) gave"
      case nil: access.certificate == nil ? "a request without credentials" : "the certificate"
      }
    return "\(place) does not accept \(how); it may have expired or be of another cluster "
      + "(\(status.message))"
  }

  private static func text(_ error: any Error) -> String {
    if let error = error as? IOError { return errorText(error.errnoCode) }
    return "\(error)"
  }
}
