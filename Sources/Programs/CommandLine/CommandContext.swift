// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import Glibc
public import Routing
import Settings
import StoreAccess

/// What a command has of the world around it, so that tests can give it another one.
public struct CommandContext: Sendable {
  /// The variables of the environment.
  public var environment: [String: String]
  /// Opens the store that a `CalicoAPIConfig` file (nil: the usual place) and the environment say. If
  /// that is a file of this host, `makesFile` says whether it is made where there is none.
  public var openStore: OpenStore
  /// What people should know of that store before it is used; nil where there is nothing to tell.
  public var describeStore:
    @Sendable (_ file: String?, _ environment: [String: String]) -> StoreDescription? = { _, _ in
      nil
    }
  /// Asks the BIRD behind a control socket.
  public var readBird: @Sendable (_ socket: String) throws(RoutingError) -> BirdStatus
  public var readStandardInput: @Sendable () throws -> [UInt8]
  /// Takes what the command says, line ends included.
  public var output: @Sendable (String) -> Void
  /// Takes what the command complains of, line ends included.
  public var error: @Sendable (String) -> Void
  /// Columns of the help's text; nil is what the terminal has.
  public var columns: Int?

  public typealias OpenStore =
    @Sendable (
      _ file: String?, _ environment: [String: String], _ makesFile: Bool
    ) async throws -> any Datastore

  public init(
    environment: [String: String],
    openStore: @escaping OpenStore,
    readBird: @escaping @Sendable (String) throws(RoutingError) -> BirdStatus,
    readStandardInput: @escaping @Sendable () throws -> [UInt8],
    output: @escaping @Sendable (String) -> Void,
    error: @escaping @Sendable (String) -> Void,
    columns: Int? = nil
  ) {
    self.environment = environment
    self.openStore = openStore
    self.readBird = readBird
    self.readStandardInput = readStandardInput
    self.output = output
    self.error = error
    self.columns = columns
  }

  /// The world of a process: its environment, its standard streams, the store on the disk.
  public static var process: CommandContext {
    var context = CommandContext(
      environment: ProcessEnvironment.current,
      openStore: { file, environment, makesFile in
        let configuration = try DatastoreConfiguration.read(file: file, environment: environment)
        if !makesFile { try configuration.requireFile() }
        // Whatever a person was told is done must be there after a power cut.
        return try await configuration.open(durability: .full, makesFile: makesFile)
      },
      readBird: { socket throws(RoutingError) in try BirdStatus.read(socket: socket) },
      readStandardInput: { try InputFile.standardInput(limit: MigrationFile.limit) },
      output: { OutputStream.write($0, to: STDOUT_FILENO) },
      error: { OutputStream.write($0, to: STDERR_FILENO) })
    context.describeStore = StoreDescription.init(file:environment:)
    return context
  }

  /// The folder of the agent's and BIRD's sockets.
  var runFolder: String {
    let folder = environment["CALICO_RUN_DIR"] ?? ""
    return folder.isEmpty ? "/var/run/calico" : folder
  }
}
