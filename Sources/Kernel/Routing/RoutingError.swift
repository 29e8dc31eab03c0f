// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import HostSystem

/// What can go wrong between the agent and BIRD.
public enum RoutingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// BIRD's control socket is not there or nobody listens on it.
  case notRunning(socket: String)
  /// The caller may not talk to BIRD.
  case permissionDenied(socket: String)
  /// A call of the system failed.
  case system(SystemCallError)
  /// BIRD did not answer within the time that was given to it.
  case timeout(socket: String)
  /// BIRD refused the configuration or a command.
  case refused(String)
  /// There is no configuration that BIRD could run with.
  case noConfiguration
  /// BIRD's answer is not one of its protocol.
  case malformedReply(String)
  /// The `bird` program cannot be started or ended at once.
  case cannotStart(program: String, reason: String)

  public var description: String {
    switch self {
    case .notRunning(let socket):
      "BIRD is not running: nobody listens on \(socket)"
    case .permissionDenied(let socket):
      "no permission to talk to BIRD on \(socket): run this as root"
    case .system(let error):
      "\(error)"
    case .timeout(let socket):
      "BIRD did not answer on \(socket) in time"
    case .refused(let reason):
      "BIRD refused: \(reason)"
    case .noConfiguration:
      "BIRD is not running, and there is no configuration to start it with"
    case .malformedReply(let line):
      "BIRD answered what is not of its protocol: \(line)"
    case .cannotStart(let program, let reason):
      "cannot start \(program): \(reason)"
    }
  }
}
