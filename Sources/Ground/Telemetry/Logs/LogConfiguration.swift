// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Logging

/// Where a program's log goes, each place from a level of its own on. Without a level nothing goes
/// there.
public struct LogConfiguration: Hashable, Sendable {
  /// Standard error.
  public var screen: Logger.Level?
  public var file: Logger.Level?
  /// Empty for no file.
  public var filePath: String
  /// The system's log daemon.
  public var syslog: Logger.Level?
  /// Whether lines are left out, and counted, when a place takes them more slowly than they come;
  /// else whoever logs waits.
  public var mayDrop: Bool

  public init(
    screen: Logger.Level? = nil, file: Logger.Level? = nil, filePath: String = "",
    syslog: Logger.Level? = nil, mayDrop: Bool = true
  ) {
    self.screen = screen
    self.file = file
    self.filePath = filePath
    self.syslog = syslog
    self.mayDrop = mayDrop
  }
}
