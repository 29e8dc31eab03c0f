// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import ProgramServices
import Settings

/// The command line of `calico-typha`.
public struct CalicoTypha: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "calico-typha",
    abstract: "Reads the datastore once and hands everything to the agents of many nodes.",
    version: BuildVersion.version, subcommands: [Run.self, Health.self], defaultSubcommand: Run.self
  )

  public init() {}

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run until SIGTERM, after which the agents are sent away one after the other.",
      discussion: """
        Settings are variables TYPHA_<name> or lines of /etc/calico/typha.cfg; where the datastore is \
        also DATASTORE_TYPE, ETCD_ENDPOINTS, KUBECONFIG and the like, as for every program of the \
        suite. Agents find Typha by FELIX_TYPHAADDR or FELIX_TYPHAK8SSERVICENAME.

        Example:
          TYPHA_DATASTORETYPE=kubernetes TYPHA_HEALTHENABLED=true calico-typha
        """)

    @Option(
      name: [.short, .customLong("config-file")],
      help: "The configuration file (default: /etc/calico/typha.cfg, if there is one).")
    var configurationFile: String?

    func run() async throws {
      let server = TyphaServer(
        environment: ProcessEnvironment.current, file: configurationFile,
        version: BuildVersion.version)
      do {
        try await server.run()
      } catch {
        throw ValidationFailure(description: "\(error)")
      }
    }
  }

  struct Health: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask the running Typha how it is; exits 0 when all is well.")

    @Option(help: "What to ask for: readiness or liveness.")
    var type = "readiness"
    @Option(help: "Typha's health address (TYPHA_HEALTHHOST).")
    var host = "localhost"
    @Option(help: "Typha's health port (TYPHA_HEALTHPORT).")
    var port = 9098

    func validate() throws {
      guard ["readiness", "liveness"].contains(type) else {
        throw ArgumentParser.ValidationError("--type must be readiness or liveness, is '\(type)'")
      }
    }

    func run() throws {
      let client = HealthClient(
        program: "calico-typha",
        settings: "TYPHA_HEALTHENABLED=true, TYPHA_HEALTHHOST, TYPHA_HEALTHPORT", host: host,
        port: port)
      let (isGood, text) = try client.ask(type)
      print(text, terminator: "")
      if !isGood { throw ExitCode.failure }
    }
  }
}

/// An error whose text is all that a person needs.
struct ValidationFailure: Error, CustomStringConvertible {
  var description: String
}
