// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// Why the lab could not do something.
public enum LabError: Error, Sendable, CustomStringConvertible {
  /// Somebody asked the process to stop, see `Interruption`.
  case interrupted
  case system(call: String, subject: String, code: Int32)
  case commandFailed(command: String, status: Int32, output: String)
  /// Something did not become true in time.
  case timedOut(what: String, seconds: Int, last: String)
  case notFound(String)
  /// A program that should run has ended; what it wrote last.
  case ended(what: String, last: String)
  /// The runtime's call of the CNI plugin failed.
  case attachmentFailed(pod: String, message: String)

  public var description: String {
    switch self {
    case .interrupted: "interrupted"
    case .system(let call, let subject, let code): "\(call) \(subject): \(errorText(code))"
    case .commandFailed(let command, let status, let output):
      "'\(command)' ended with status \(status)\(output.isEmpty ? "" : ": \(output)")"
    case .timedOut(let what, let seconds, let last):
      "\(what): not within \(seconds) s\(last.isEmpty ? "" : "; last seen: \(last)")"
    case .notFound(let what): "\(what) is not there"
    case .ended(let what, let last):
      "\(what) has ended\(last.isEmpty ? " and written nothing" : ": \(last)")"
    case .attachmentFailed(let pod, let message): "attaching \(pod): \(message)"
    }
  }
}
