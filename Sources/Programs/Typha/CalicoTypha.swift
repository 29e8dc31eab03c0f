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
    discussion: """
      Settings are variables TYPHA_<name> or lines `<name> = <value>` of /etc/calico/typha.cfg; where \
      the datastore is also DATASTORE_TYPE, ETCD_ENDPOINTS, KUBECONFIG and the like, as for every \
      program of the suite. Agents find Typha by FELIX_TYPHAADDR=host:port (several with commas), or \
      in Kubernetes by FELIX_TYPHAK8SSERVICENAME.

      It listens on port 5473 of every address (TYPHA_SERVERHOST, TYPHA_SERVERPORT). With TLS both \
      sides show certificates of one authority: TYPHA_SERVERKEYFILE, TYPHA_SERVERCERTFILE, \
      TYPHA_CAFILE and TYPHA_CLIENTCN or TYPHA_CLIENTURISAN here, FELIX_TYPHAKEYFILE, \
      FELIX_TYPHACERTFILE, FELIX_TYPHACAFILE and FELIX_TYPHACN or FELIX_TYPHAURISAN at the agents. \
      On SIGTERM the agents are sent away one after the other (TYPHA_SHUTDOWNTIMEOUTSECS, 300).

      Example:
        TYPHA_DATASTORETYPE=kubernetes TYPHA_HEALTHENABLED=true calico-typha
      """,
    version: BuildVersion.version, subcommands: [Run.self, Health.self], defaultSubcommand: Run.self
  )

  public init() {}

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run until SIGTERM, after which the agents are sent away one after the other.")

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
