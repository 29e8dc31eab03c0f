// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Logging
import ProgramServices
import Settings
import StoreAccess
import Telemetry
import TyphaLink

/// What the process was started with, understood.
struct TyphaLaunch: Sendable {
  let environment: [String: String]
  let settings: TyphaSettings
  let store: DatastoreConfiguration
  let security: LinkSecurity?
  let metricsAddress: StatusServer.Address?
  let output: LogOutput
  let log: Logger

  /// - Parameter file: The configuration file; it must be there if somebody named it.
  ///
  /// Errors: a value that cannot be understood and must not be guessed.
  init(environment: [String: String], file: String?) throws {
    if let file, access(file, F_OK) != 0 {
      throw ConfigurationError("cannot read \(file): \(errorText(errno))")
    }
    let contents = try SettingsFile.read(file ?? TyphaSettings.defaultPath)
    let resolution = TyphaSettings.resolve(environment: environment, file: contents)
    if !resolution.fatal.isEmpty {
      throw ConfigurationError(resolution.fatal.joined(separator: "; "))
    }
    let settings = resolution.settings
    let places = Self.storeEnvironment(environment, resolution)
    self.environment = places
    self.settings = settings
    store = try DatastoreConfiguration.read(environment: places)
    security = try LinkSecurity.read(
      key: ("TYPHA_SERVERKEYFILE", settings.serverKeyFile),
      certificate: ("TYPHA_SERVERCERTFILE", settings.serverCertFile),
      authority: ("TYPHA_CAFILE", settings.caFile),
      commonName: ("TYPHA_CLIENTCN", settings.clientCN),
      uri: ("TYPHA_CLIENTURISAN", settings.clientURISAN))
    metricsAddress = try settings.metricsAddress()
    output = LogOutput(program: "calico-typha", settings.logs)
    log = output.logger("typha")
    let unused = resolution.unused.map { "\($0) is set and has no effect in this version" }
    for problem in contents.problems + resolution.problems + unused { log.warning("\(problem)") }
  }

  /// Tells how many Typhas take connections, where the agents are to be shared among them.
  ///
  /// Errors: it cannot be asked.
  func typhas() throws -> (@Sendable () async throws -> Int)? {
    switch settings.connectionRebalancingMode {
    case .none: return nil
    case .kubernetes:
      let service = try ServiceFinder(
        store, environment: environment, namespace: settings.k8sNamespace,
        service: settings.k8sServiceName, port: settings.k8sPortName)
      return { Self.count(try await service.addresses()) }
    }
  }

  /// How many Typhas these are, of which each has one address of a family.
  static func count(_ addresses: [ServiceAddress]) -> Int {
    let v6 = addresses.count { $0.host.contains(":") }
    return max(v6, addresses.count - v6)
  }

  /// Where the datastore is: as for every program of the suite, but for what is set for Typha itself.
  private static func storeEnvironment(
    _ environment: [String: String], _ resolution: TyphaSettings.Resolution
  ) -> [String: String] {
    let settings = resolution.settings
    let given = Set(
      resolution.provenance.filter { $0.source != .builtIn }.map { $0.name.lowercased() })
    var result = environment
    func set(_ name: String, _ parameter: String, _ value: String) {
      if given.contains(parameter.lowercased()) { result[name] = value }
    }
    set("DATASTORE_TYPE", "DatastoreType", settings.datastoreType.rawValue)
    if given.contains("etcdaddr") || given.contains("etcdscheme") {
      result["ETCD_ENDPOINTS"] = "\(settings.etcdScheme)://\(settings.etcdAddr)"
    }
    if !settings.etcdEndpoints.isEmpty {
      set("ETCD_ENDPOINTS", "EtcdEndpoints", settings.etcdEndpoints)
    }
    set("ETCD_KEY_FILE", "EtcdKeyFile", settings.etcdKeyFile)
    set("ETCD_CERT_FILE", "EtcdCertFile", settings.etcdCertFile)
    set("ETCD_CA_CERT_FILE", "EtcdCaFile", settings.etcdCaFile)
    return result
  }
}
