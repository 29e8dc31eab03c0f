// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import GRPCCore
import Glibc
import HostSystem
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Keeps the last thing that went wrong with a connection, in words: the gRPC library says of a
/// failed TLS handshake only that the connection was closed.
final class ConnectionTroubles: Sendable {
  private let last = Mutex<String?>(nil)

  var text: String? { last.withLock { $0 } }

  func note(_ error: any Error) {
    let text = Self.text(of: error)
    last.withLock { $0 = text }
  }

  /// What an error says, by its innermost cause.
  static func text(of error: any Error) -> String {
    switch error {
    case let error as RPCError:
      if let cause = error.cause { return text(of: cause) }
      return error.message
    case let error as RuntimeError:
      if let cause = error.cause { return "\(error.message) \(text(of: cause))" }
      return error.message
    case let error as NIOConnectionError:
      if let single = error.connectionErrors.first { return text(of: single.error) }
      return "its name cannot be resolved (\(error.dnsAError ?? error.dnsAAAAError ?? error))"
    case let error as IOError:
      return errorText(error.errnoCode)
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      return "TLS: the server's certificate is not for the name or address by which it is called "
        + "(\(error.description))"
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
      return "TLS: \(words(of: "\(error)"))"
    case let error as ChannelError:
      if case .connectTimeout = error { return "no answer to the attempt to connect" }
      return "\(error)"
    default:
      return "\(error)"
    }
  }

  /// The reasons in what the TLS library says, without its sources' places.
  private static func words(of text: String) -> String {
    let mark = "OPENSSL_internal:"
    var reasons: [String] = []
    for part in text.split(separator: ":", omittingEmptySubsequences: false) where !part.isEmpty {
      let word = part.prefix { $0 == "_" || $0.isUppercase || $0.isNumber }
      if word.count > 3, word.contains("_"),
        word.count == part.count || part.dropFirst(word.count).first == " "
      {
        reasons.append(String(word))
      }
    }
    guard text.contains(mark), !reasons.isEmpty else {
      return text.contains("uncleanShutdown") ? "the server closed the connection" : text
    }
    let reason = reasons.joined(separator: ", ")
    if reason.contains("CERTIFICATE_VERIFY_FAILED") {
      return
        "the server's certificate is not accepted (\(reason)): it has expired, or it is not of "
        + "the authority that ETCD_CA_CERT_FILE (etcdCACertFile) names"
    }
    if reason.contains("ALERT") {
      return "the server does not accept this client's certificate (\(reason)): check "
        + "ETCD_CERT_FILE (etcdCertFile)"
    }
    if reason.contains("WRONG_VERSION_NUMBER") {
      return "the server does not speak TLS (\(reason)): is it http:// rather than https://?"
    }
    return reason
  }
}
