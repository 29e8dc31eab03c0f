// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Why a call to the Kubernetes API did not give what was asked for.
package enum KubernetesError: Error, Sendable, CustomStringConvertible {
  /// The server's answer.
  case status(KubernetesStatus)
  /// What says how to reach the server is missing or wrong.
  case configuration(String)
  /// The server does not accept who we are.
  case unauthorized(String)
  /// There was no answer, and nothing has been changed.
  case unreachable(String)
  /// There was no answer to a write: it may or may not have been applied.
  case unknownOutcome(String)
  /// There is an answer, but it cannot be understood.
  case malformed(String)
  /// The answer has more bytes than this client takes.
  case tooLarge(String)
  case closed
  case cancelled

  package var description: String {
    switch self {
    case .status(let status): status.description
    case .configuration(let text), .unauthorized(let text), .unreachable(let text),
      .unknownOutcome(let text), .malformed(let text), .tooLarge(let text):
      text
    case .closed: "the client is closed"
    case .cancelled: "cancelled"
    }
  }

  /// The server's answer, if there is one.
  package var status: KubernetesStatus? {
    if case .status(let status) = self { status } else { nil }
  }
}
