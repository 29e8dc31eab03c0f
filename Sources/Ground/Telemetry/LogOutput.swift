// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
public import Logging
import Synchronization

/// Where the lines of a log go, and from which level on.
///
/// All loggers of one output follow its level when it changes.
public final class LogOutput: Sendable {
  /// A file that cannot be opened.
  public struct OpenError: Error, Sendable, CustomStringConvertible {
    public let description: String
  }

  private let descriptor: Int32
  private let isOwned: Bool
  private let lock = Mutex(())
  private let levelIndex: Atomic<Int>

  /// Writes to standard error.
  public init(level: Logger.Level) {
    descriptor = STDERR_FILENO
    isOwned = false
    levelIndex = Atomic(Self.index(level))
  }

  /// Writes to the end of a file, which is created with mode 0600. Its directory must exist.
  public init(level: Logger.Level, file: String) throws(OpenError) {
    descriptor = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw OpenError(description: "\(file): \(errorText(errno))")
    }
    isOwned = true
    levelIndex = Atomic(Self.index(level))
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  /// The lowest level that is written.
  public var level: Logger.Level {
    get { Logger.Level.allCases[levelIndex.load(ordering: .relaxed)] }
    set { levelIndex.store(Self.index(newValue), ordering: .relaxed) }
  }

  private static func index(_ level: Logger.Level) -> Int {
    Logger.Level.allCases.firstIndex(of: level) ?? 0
  }

  /// A logger of this output.
  public func logger(_ component: String) -> Logger {
    Logger(label: component) { LogLineHandler(component: $0, output: self) }
  }

  /// Has every `Logger(label:)` of the process write here. May be called once in a process.
  public func bootstrap() {
    LoggingSystem.bootstrap { LogLineHandler(component: $0, output: self) }
  }

  /// Writes one line in one go. What cannot be written is lost: a log must not stop its program.
  func write(line: String) {
    var line = line
    line += "\n"
    lock.withLock { _ in
      line.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
          let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
          if count < 0, errno == EINTR { continue }
          guard count > 0 else { return }
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
      }
    }
  }
}
