// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Why there is no answer from the agent.
public enum AgentClientError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Nobody listens: there is no socket, or its process is dead. Known at once.
  case noAgent(path: String)
  /// The agent is there but gave no final answer in the time allowed; the last reason it gave for
  /// waiting, if any.
  case noAnswer(path: String, milliseconds: Int, lastPending: String?)
  /// The agent closed the connection without an answer.
  case closed(path: String)
  /// The path is empty or longer than a socket's path may be.
  case badPath(String)
  /// The request does not fit, or the answer is none of this protocol.
  case badMessage(AgentProtocolError)
  /// A system call failed.
  case system(path: String, message: String)

  public var description: String {
    switch self {
    case .noAgent(let path): "no agent listens on \(path)"
    case .noAnswer(let path, let milliseconds, let lastPending):
      "the agent on \(path) gave no final answer within \(milliseconds) ms"
        + (lastPending.map { ": \($0)" } ?? "")
    case .closed(let path): "the agent on \(path) closed the connection without an answer"
    case .badPath(let path):
      "the socket's path \"\(path)\" is \(path.utf8.count) bytes long: "
        + "it must have 1 to \(AgentSocket.longestPath) and no zero byte"
    case .badMessage(let error): "bad message: \(error)"
    case .system(let path, let message): "\(path): \(message)"
    }
  }
}
