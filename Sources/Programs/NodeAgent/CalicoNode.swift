// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import ProgramServices
import Settings

/// The command line of `calico-node`.
public struct CalicoNode: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "calico-node",
    abstract: "The agent of one node: policy, routes, BGP and health.",
    version: BuildVersion.version, subcommands: [Run.self, Health.self], defaultSubcommand: Run.self
  )

  public init() {}

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run the agent until SIGTERM or SIGINT.",
      discussion: """
        The environment configures the node: NODENAME, IP, IP_AUTODETECTION_METHOD, AS, \
        NO_DEFAULT_POOLS, CALICO_IPV4POOL_CIDR, CALICO_NETWORKING_BACKEND, CALICO_RUN_DIR, \
        CALICO_LIB_DIR, DATASTORE_TYPE, CALICO_DATASTORE_PATH, and FELIX_<setting> for every \
        setting of FelixConfiguration.

        What is in the kernel stays when the agent ends, and BIRD goes on running: the next agent \
        takes both over.

        Example:
          NODENAME=node1 CALICO_IPV4POOL_CIDR=10.1.0.0/16 calico-node run
        """)

    @Option(
      name: [.short, .customLong("config")],
      help: "A CalicoAPIConfig file that says where the datastore is.")
    var configurationFile: String?

    func run() async throws {
      let agent = NodeAgent(
        environment: ProcessEnvironment.current, configurationFile: configurationFile,
        version: BuildVersion.version)
      do {
        try await agent.run()
      } catch {
        throw ValidationFailure(description: "\(error)")
      }
    }
  }

  struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask the running agent how it is; exits 0 when all is well.")

    @Option(help: "What to ask for: readiness or liveness.")
    var type = "readiness"
    @Option(help: "The agent's health address (healthHost).")
    var host = "localhost"
    @Option(help: "The agent's health port (healthPort).")
    var port = 9099

    func validate() throws {
      guard ["readiness", "liveness"].contains(type) else {
        throw ArgumentParser.ValidationError("--type must be readiness or liveness, is '\(type)'")
      }
    }

    func run() async throws {
      let client = HealthClient(
        program: "calico-node",
        settings: "FELIX_HEALTHENABLED=true, FELIX_HEALTHHOST, FELIX_HEALTHPORT", host: host,
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
