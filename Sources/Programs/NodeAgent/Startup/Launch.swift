// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Logging
import Settings
import Telemetry

/// The first step: what the process was started with, understood. Gives the node's name, what the
/// environment says of the node, the settings as far as environment and file have them, and the log.
struct Launch: Sendable {
  let environment: [String: String]
  /// Where the datastore is; `nil` is the default file.
  let configurationFile: String?
  let version: String
  let configuration: NodeConfiguration
  /// Without the datastore's part.
  let settings: SettingsState
  let output: LogOutput
  let log: Logger

  /// Errors: a value that cannot be understood and must not be guessed.
  init(environment: [String: String], configurationFile: String?, version: String) throws {
    self.environment = environment
    self.configurationFile = configurationFile
    self.version = version
    configuration = try NodeConfiguration(environment: environment, hostName: HostSystem.hostName())
    settings = try SettingsState(
      node: configuration.nodeName, environment: environment,
      file: try SettingsFile.read(configuration.felixConfigurationFile))
    output = LogOutput(program: "calico-node", settings.logs)
    log = output.logger("node")
    for problem in configuration.warnings + settings.problems { log.warning("\(problem)") }
    if let file = environment["FELIX_CONFIGFILE"], !file.isEmpty, access(file, F_OK) != 0 {
      log.warning("FELIX_CONFIGFILE = '\(file)': there is no such file, and it sets nothing")
    }
    log.info("starting", metadata: ["node": "\(configuration.nodeName)", "version": "\(version)"])
  }
}
