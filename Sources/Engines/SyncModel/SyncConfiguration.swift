// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Selectors

/// A BGPConfiguration, as far as routing uses it.
public struct SyncBGPConfiguration: Sendable, Hashable {
  /// From what on BIRD logs: the words of the API, and `none` and `panic` of older clusters.
  public enum LogSeverity: String, Sendable, Hashable, CaseIterable {
    case none, trace, debug, info, warning, error, fatal, panic
  }

  public var asNumber: UInt32?
  public var listenPort: UInt16?
  public var logSeverity: LogSeverity?
  /// Whether every node peers with every other.
  public var meshEnabled: Bool

  public init(
    asNumber: UInt32? = nil, listenPort: UInt16? = nil, logSeverity: LogSeverity? = nil,
    meshEnabled: Bool = true
  ) {
    self.asNumber = asNumber
    self.listenPort = listenPort
    self.logSeverity = logSeverity
    self.meshEnabled = meshEnabled
  }
}

/// A FelixConfiguration.
public struct SyncFelixConfiguration: Sendable, Hashable {
  /// The nodes that it is for, where its name does not say so; nil, also where it cannot be read: none.
  public var nodeSelector: Selector?
  /// What is set, by the parameter's name, as the environment would write it.
  public var parameters: [String: String]

  public init(nodeSelector: Selector? = nil, parameters: [String: String] = [:]) {
    self.nodeSelector = nodeSelector
    self.parameters = parameters
  }
}
