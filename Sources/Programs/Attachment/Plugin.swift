// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import Resources
import StoreAccess
public import ValueTree

/// The two CNI plugins, which are one program: `calico` joins pods to the network, `calico-ipam`
/// gives addresses to other plugins. It acts by the name that it was called by.
public struct Plugin: Sendable {
  public enum Role: Sendable {
    case network
    case ipam

    /// By the name of the program; the folders before it do not matter.
    public init(programName: String) {
      self = programName.split(separator: "/").last == "calico-ipam" ? .ipam : .network
    }
  }

  /// What goes to standard output (`nil` is nothing), and the exit status.
  public struct Output: Sendable {
    public var value: Value?
    public var status: Int32
  }

  let role: Role
  let variables: [String: String]
  let steps: Steps

  /// - Parameter environment: `CNI_*` of the specification; `CALICO_LIB_DIR`, `CALICO_RUN_DIR`,
  ///   `CALICO_DATASTORE_PATH`; for tests those of `Steps`.
  public init(role: Role, environment: [String: String]) {
    self.role = role
    variables = environment
    steps = Steps(environment)
  }

  /// Does what the environment asks for.
  ///
  /// - Parameter input: reads standard input, at most as many bytes as it is told; not called when
  ///   there is nothing to read. `nil` when that fails.
  public func run(input: (_ limit: Int) -> [UInt8]?) async -> Output {
    // The version to answer in is not known before the configuration is read.
    var version = CNIVersion.newest
    do throws(CNIError) {
      let environment = try CNIEnvironment(variables)
      if environment.command == .version { return Output(value: Self.versions, status: 0) }
      guard let bytes = input(NetworkConfiguration.limit + 1) else {
        throw .system("read the network configuration from standard input")
      }
      let configuration = try NetworkConfiguration(bytes)
      version = configuration.version
      let result = try await run(environment, configuration)
      return Output(value: result?.value(version), status: 0)
    } catch {
      return Output(value: error.value(version: version.rawValue), status: 1)
    }
  }

  private static var versions: Value {
    .object([
      .init("cniVersion", .string(CNIVersion.newest.rawValue)),
      .init("supportedVersions", .array(CNIVersion.allCases.map { .string($0.rawValue) })),
    ])
  }

  private func run(
    _ environment: CNIEnvironment, _ configuration: NetworkConfiguration
  ) async throws(CNIError) -> CNIResult? {
    if environment.command == .check, !configuration.version.hasCheck {
      throw CNIError(
        .incompatibleVersion,
        "CHECK needs cniVersion 0.4.0 or later, the configuration has "
          + "\(configuration.version.rawValue)")
    }
    let folders = try Folders(variables)
    let log = try PluginLog(configuration, environment)
    let node = try NodeName.find(configuration, folders)
    let call = Call(
      configuration: configuration, environment: environment, folders: folders, log: log,
      workload: try Workload(environment, network: configuration.name, node: node),
      access: try configuration.store(variables))
    switch role {
    case .network: return try await attach(call)
    case .ipam: return try await serveAddresses(call)
    }
  }

  /// One call of the plugin: what was read and checked of it.
  struct Call {
    var configuration: NetworkConfiguration
    var environment: CNIEnvironment
    var folders: Folders
    var log: PluginLog
    var workload: Workload
    var access: DatastoreConfiguration

    /// Opens the datastore, which must be there: a path that is wrong must not make a new one.
    ///
    /// It is never closed: the process ends with the call. Neither does a commit wait for the disk:
    /// no pod outlives a power cut.
    func openStore() async throws(CNIError) -> any Datastore {
      if access.type == .local, Glibc.access(access.path, F_OK) != 0 {
        throw .unavailable(access.path, errno)
      }
      do throws(DatastoreError) {
        return try await access.open(durability: .processCrash, makesFile: false)
      } catch {
        var failure = CNIError(error)
        failure.message = "cannot open the \(access): \(failure.message)"
        throw failure
      }
    }

    /// Calico's IPAM for this call.
    func addresses(
      _ store: any Datastore, profile: Profile?
    ) throws(CNIError) -> CalicoAddresses {
      // The labels of a namespace are those that its profile hands on. A new namespace has one.
      let prefix = "pcns."
      let handed =
        profile?.spec.labelsToApply ?? ["pcns.projectcalico.org/name": workload.namespace]
      var labels: [String: String] = [:]
      for (key, value) in handed where key.hasPrefix(prefix) {
        labels[String(key.dropFirst(prefix.count))] = value
      }
      return try CalicoAddresses(
        configuration, workload, store, namespaceLabels: labels,
        assigns: environment.command == .add)
    }
  }
}
