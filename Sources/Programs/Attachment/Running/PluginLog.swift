// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The plugin's log: `log_level` and `log_file_path` of the configuration. What is a warning or
/// worse also goes to standard error, which runtimes keep.
struct PluginLog: Sendable {
  enum Level: Int, Comparable {
    case debug, info, warning, error

    var name: String {
      switch self {
      case .debug: "debug"
      case .info: "info"
      case .warning: "warning"
      case .error: "error"
      }
    }

    init?(_ text: String) {
      switch text.lowercased() {
      case "debug": self = .debug
      case "info": self = .info
      case "warn", "warning": self = .warning
      case "error", "fatal", "panic": self = .error
      default: return nil
      }
    }

    static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  private let level: Level
  private let path: String?
  private let limit: Int
  /// What every line begins with.
  private let subject: String

  init(_ configuration: NetworkConfiguration, _ environment: CNIEnvironment) throws(CNIError) {
    let reader = configuration.reader
    let word = try reader.string("log_level") ?? "info"
    guard let level = Level(word) else {
      throw CNIError(
        .invalidConfiguration,
        "log_level must be debug, info, warning or error, is '\(Words.shortened(word))'")
    }
    self.level = level
    path = try reader.path("log_file_path")
    limit = try (reader.number("log_file_max_size", 0...10_000) ?? 100) << 20
    subject = "\(environment.command.rawValue) \(environment.containerID)"
  }

  func debug(_ text: @autoclosure () -> String) { write(.debug, text) }
  func info(_ text: @autoclosure () -> String) { write(.info, text) }
  func warning(_ text: @autoclosure () -> String) { write(.warning, text) }
  func error(_ text: @autoclosure () -> String) { write(.error, text) }

  /// A log that cannot be written is no reason not to attach a pod.
  private func write(_ level: Level, _ text: () -> String) {
    // A line that nobody reads is not made: printing a value takes longer than a kernel call.
    guard level >= self.level, path != nil || level >= .warning else { return }
    let line = Array("\(Moment.now) [\(level.name)] \(subject): \(text())\n".utf8)
    if level >= .warning { _ = PluginFile.write(line, to: 2) }
    guard let path else { return }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = PluginFile.write(line, to: descriptor)
    // The next line begins a new file.
    if limit > 0, lseek(descriptor, 0, SEEK_END) >= limit { rename(path, path + ".1") }
  }
}
