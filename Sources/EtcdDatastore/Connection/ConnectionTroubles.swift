// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import GRPCCore
import Glibc
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
      return String(cString: strerror(error.errnoCode))
    case let error as NIOSSLError:
      return "TLS: \(words(error))"
    case let error as NIOSSLExtraError:
      return "TLS: \(error.description)"
    case let error as BoringSSLError:
      return "TLS: \(error)"
    case let error as ChannelError:
      if case .connectTimeout = error { return "no answer to the attempt to connect" }
      return "\(error)"
    default:
      return "\(error)"
    }
  }

  private static func words(_ error: NIOSSLError) -> String {
    switch error {
    case .handshakeFailed(let cause): "\(cause)"
    case .uncleanShutdown: "the server closed the connection"
    default: "\(error)"
    }
  }
}
