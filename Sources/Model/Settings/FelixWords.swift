// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What happens to traffic from workloads to their own host that policy has let through.
public enum EndpointToHostAction: String, Sendable, Hashable, CaseIterable {
  case accept = "Accept"
  case drop = "Drop"
  /// On to the host's own rules.
  case `return` = "Return"
}

/// What happens to packets that policy allows.
public enum AllowAction: String, Sendable, Hashable, CaseIterable {
  case accept = "Accept"
  /// On to whatever rules others have behind ours.
  case `return` = "Return"
}

/// What happens to packets that policy denies.
public enum DenyAction: String, Sendable, Hashable, CaseIterable {
  case drop = "Drop"
  /// The sender is told.
  case reject = "Reject"
}

/// Whether denied packets are really dropped, and whether they are logged.
public enum DropActionOverride: String, Sendable, Hashable, CaseIterable {
  case drop = "Drop"
  case accept = "Accept"
  case logAndDrop = "LogAndDrop"
  case logAndAccept = "LogAndAccept"
}

/// Whether workloads may send from addresses that are not theirs.
public enum SourceSpoofing: String, Sendable, Hashable, CaseIterable {
  case any = "Any"
  case disabled = "Disabled"
}

/// A switch that the API writes as a word.
public enum Switch: String, Sendable, Hashable, CaseIterable {
  case enabled = "Enabled"
  case disabled = "Disabled"
}

/// From which severity on something is logged.
public enum LogSeverity: String, Sendable, Hashable, CaseIterable {
  case trace = "Trace"
  case debug = "Debug"
  case info = "Info"
  case warning = "Warning"
  case error = "Error"
  case fatal = "Fatal"
}
