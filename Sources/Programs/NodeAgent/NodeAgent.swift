// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Logging
import ServiceLifecycle
import Telemetry
import UnixSignals

/// The agent of one node: one process that registers the node, programs its kernel, keeps its BIRD,
/// and says how it is.
public struct NodeAgent: Sendable {
  private let environment: [String: String]
  private let configurationFile: String?
  private let version: String

  /// - Parameters:
  ///   - environment: The process's environment (compatibility §9.2, §4.1, §1.10).
  ///   - configurationFile: A `CalicoAPIConfig` file; `nil` is the default one, if it is there.
  public init(environment: [String: String], configurationFile: String?, version: String) {
    self.environment = environment
    self.configurationFile = configurationFile
    self.version = version
  }

  /// Runs until SIGTERM or SIGINT. What is in the kernel, and BIRD, stay as they are.
  ///
  /// The steps of the start in their order, which their values hold: none can be taken before those
  /// whose outcome it needs. What fails here ends the process; what may come right is waited for in
  /// its step, which says so in health.
  public func run() async throws {
    let launch = try Launch(
      environment: environment, configurationFile: configurationFile, version: version)
    defer { launch.output.flush() }
    let host = try HostPreparation.make(launch)
    let groundwork = try await Groundwork.lay(launch, host)
    let registered = try await Registration(launch, groundwork).run()
    let result: Result<Void, any Error>
    do {
      let services = try await Assembly.services(launch, groundwork, registered)
      let group = ServiceGroup(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: launch.log)
      result = .success(try await group.run())
    } catch {
      result = .failure(error)
    }
    await registered.store.close()
    try result.get()
    launch.log.info("stopped; the kernel's state stays as it is")
  }
}
