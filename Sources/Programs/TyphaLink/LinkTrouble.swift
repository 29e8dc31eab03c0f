// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import HostSystem
import NIOCore
import NIOPosix
import NIOSSL

/// What goes wrong with a connection between agent and Typha, in words.
public enum LinkTrouble {
  /// What an error says, by its innermost cause.
  public static func text(of error: any Error) -> String {
    switch error {
    case let error as TyphaProtocolError: error.description
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { text(of: $0.error) }
        ?? "its name cannot be resolved (\(error.dnsAError ?? error.dnsAAAAError ?? error))"
    case let error as IOError: errorText(error.errnoCode)
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: tls("\(error)")
    case ChannelError.connectTimeout: "no answer to the attempt to connect"
    case ChannelError.eof, ChannelError.ioOnClosedChannel: "the other side closed the connection"
    default: "\(error)"
    }
  }

  private static func tls(_ text: String) -> String {
    // In the order in which one of them explains another.
    for (mark, words) in meanings where text.contains(mark) { return "TLS: \(words)" }
    return "TLS: \(text)"
  }

  private static let meanings = [
    ("uncleanShutdown", "the other side closed the connection"),
    (
      "PEER_DID_NOT_RETURN_A_CERTIFICATE",
      "the other side shows no certificate, and must have one of the authority that is configured here"
    ),
    (
      "CERTIFICATE_VERIFY_FAILED",
      "the other side's certificate is not accepted: it is not of the authority that is configured here, "
        + "or has expired, or is not valid yet"
    ),
    (
      "ALERT_CERTIFICATE_REQUIRED",
      "the other side wants a certificate, and none is configured here"
    ),
    (
      "ALERT",
      "the other side does not accept the certificate that is configured here: it is not of its "
        + "authority, or has expired"
    ),
    ("WRONG_VERSION_NUMBER", "the other side does not speak TLS"),
    ("HTTP_REQUEST", "the other side speaks HTTP, without TLS"),
  ]
}
