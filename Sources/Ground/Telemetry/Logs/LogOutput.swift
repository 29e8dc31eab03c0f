// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Logging
import Synchronization

/// A program's log. All its loggers follow its configuration when that changes.
///
/// Nobody who logs waits for a place that is slow or fails: what it does not take in time is left out,
/// counted, and told in the place itself with the next line. Whoever logs an error goes on when it is
/// written, or soon after if it cannot be, so that the reason for a program's end is not lost with it.
public final class LogOutput: Sendable {
  private struct State {
    var configuration = LogConfiguration()
    var file: LogSink?
  }

  private let setup: LogSetup
  private let counts = LogCounts()
  private let screen: LogSink
  private let syslog: LogSink
  private let state = Mutex(State())
  /// The lowest level that any place wants, as an index.
  private let lowest = Atomic(0)

  /// - Parameter program: its name, for syslog.
  public convenience init(program: String, _ configuration: LogConfiguration) {
    self.init(program: program, configuration, LogSetup())
  }

  init(program: String, _ configuration: LogConfiguration, _ setup: LogSetup) {
    self.setup = setup
    let screen = LogSink("screen", counts: counts, setup: setup, report: { _ in }) {
      LogStream(setup.descriptor)
    }
    self.screen = screen
    syslog = LogSink("syslog", counts: counts, setup: setup, report: Self.teller(screen)) {
      SyslogSocket(setup.syslogPath, program: program)
    }
    self.configuration = configuration
  }

  /// Where the log goes now.
  public var configuration: LogConfiguration {
    get { state.withLock { $0.configuration } }
    set {
      state.withLock { state in
        if newValue.filePath != state.configuration.filePath {
          state.file = newValue.filePath.isEmpty ? nil : fileSink(newValue.filePath)
        }
        state.configuration = newValue
        screen.level = newValue.screen
        state.file?.level = newValue.file
        syslog.level = newValue.syslog
        let levels = [screen.level, state.file?.level, syslog.level].compactMap { $0 }
        let lowest = levels.min() ?? .critical
        self.lowest.store(Logger.Level.allCases.firstIndex(of: lowest) ?? 0, ordering: .relaxed)
      }
    }
  }

  private func fileSink(_ path: String) -> LogSink {
    LogSink("log file", counts: counts, setup: setup, report: Self.teller(screen)) { [setup] in
      LogFile(path, limit: setup.fileSize, old: setup.oldFiles)
    }
  }

  /// Says on the screen what other places suffer from.
  private static func teller(_ screen: LogSink) -> @Sendable (String) -> Void {
    { message in
      if let level = screen.level, level <= .warning {
        screen.take(LogLine(level: .warning, component: "log", message: message))
      }
    }
  }

  /// The lowest level that is written anywhere.
  var level: Logger.Level { Logger.Level.allCases[lowest.load(ordering: .relaxed)] }

  /// A logger of this output.
  public func logger(_ component: String) -> Logger {
    Logger(label: component) { LogLineHandler(component: $0, output: self) }
  }

  /// Has every `Logger(label:)` of the process write here. May be called once in a process.
  public func bootstrap() {
    LoggingSystem.bootstrap { LogLineHandler(component: $0, output: self) }
  }

  /// Adds the counters `<prefix>_logs_dropped` and `<prefix>_log_errors` (compatibility §4.15).
  public func addMetrics(to registry: MetricsRegistry, prefix: String) {
    registry.addCollector { [counts] in counts.families(prefix: prefix) }
  }

  /// Waits until all that was logged so far is written, for a program that is about to end; whether it
  /// was in time.
  @discardableResult
  public func flush(within limit: Duration = .seconds(2)) -> Bool {
    let end = ContinuousClock.now + limit
    return sinks.allSatisfy { $0.flush(within: end - .now) }
  }

  /// - Parameter isForced: whether it goes to every place that has a level, whatever that is.
  func write(_ line: LogLine, isForced: Bool) {
    let sinks = sinks.filter { sink in
      sink.level.map { isForced || line.level >= $0 } ?? false
    }
    let mayDrop = configuration.mayDrop
    for sink in sinks { sink.take(line, mayDrop: mayDrop) }
    if line.level >= .error { for sink in sinks { sink.settle() } }
  }

  private var sinks: [LogSink] {
    [screen, state.withLock { $0.file }, syslog].compactMap { $0 }
  }
}
