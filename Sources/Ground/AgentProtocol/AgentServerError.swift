// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Why the agent cannot listen.
public enum AgentServerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Another process answers on this path.
  case inUse(path: String)
  /// There is something at the path that is no socket; it is left alone.
  case notASocket(path: String)
  /// The path is empty or longer than a socket's path may be.
  case badPath(String)
  /// A system call failed.
  case system(path: String, message: String)

  public var description: String {
    switch self {
    case .inUse(let path): "another agent listens on \(path) already"
    case .notASocket(let path): "\(path) exists and is no socket"
    case .badPath(let path): AgentClientError.badPath(path).description
    case .system(let path, let message): "\(path): \(message)"
    }
  }
}
