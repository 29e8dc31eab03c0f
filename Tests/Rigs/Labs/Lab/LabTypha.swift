// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A Typha on a machine of its own.
public final class LabTypha: ProgramPlace {
  public let name: String
  public let namespace: String
  /// Its address on the switch.
  public let address: String
  public let programs: LabPrograms
  public let log: String
  private let environment: [String: String]
  private var command: RunningCommand?

  init(_ host: LabHost, log: String, environment: [String: String], programs: LabPrograms) {
    name = host.name
    namespace = host.namespace
    address = host.address
    self.log = log
    self.environment = environment
    self.programs = programs
  }

  public var process: Int32? {
    guard let command, command.isRunning else { return nil }
    return command.pid
  }

  public func start(_ more: [String: String] = [:]) throws(LabError) {
    try Interruption.check()
    command = try RunningCommand(
      here([programs.path("calico-typha"), "run"]),
      environment: environment.merging(more) { $1 }, isolated: true, sink: .file(log))
  }

  /// Ends it with a signal and waits until it is gone.
  public func kill(_ signal: Int32) {
    command?.stop(signal)
    command = nil
  }

  func letGo() { command?.letGo() }

  public func logTail(_ count: Int = 5) -> String { LabFiles.tail(of: log, count) }
}
