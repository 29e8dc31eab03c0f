// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FanOut
import Logging
import ProgramServices
import Resources
import Settings
import StoreAccess
import StoreSync
import SyncModel
import Telemetry
import TyphaLink

/// Where the agent's updates come from: the datastore itself, or a Typha that reads it for many.
enum Upstream {
  static func source(
    _ launch: Launch, _ groundwork: Groundwork, _ registered: Registration.Registered
  ) throws -> any SyncSource {
    let settings = registered.settings.current
    guard let find = try typhas(settings, launch) else {
      let (notice, log) = (groundwork.notice, launch.log)
      return DatastoreSource(
        LockGate(
          registered.store, kinds: DatastoreSource.kinds, report: { say($0, log) },
          tell: { notice.show($0) }))
    }
    var options = TyphaSource.Options(
      node: registered.node.metadata.name, software: "calico-node \(launch.version)")
    options.interest = launch.configuration.backend == .bird ? .everything : .withoutBGP
    // None would end every connection at once.
    if settings.typhaReadTimeout > .zero { options.readTimeout = settings.typhaReadTimeout }
    if settings.typhaWriteTimeout > .zero { options.writeTimeout = settings.typhaWriteTimeout }
    options.security = try LinkSecurity.read(
      key: ("FELIX_TYPHAKEYFILE", settings.typhaKeyFile),
      certificate: ("FELIX_TYPHACERTFILE", settings.typhaCertFile),
      authority: ("FELIX_TYPHACAFILE", settings.typhaCAFile),
      commonName: ("FELIX_TYPHACN", settings.typhaCN),
      uri: ("FELIX_TYPHAURISAN", settings.typhaURISAN))
    let notice = TyphaNotice(
      lock: groundwork.notice, health: groundwork.health, metrics: groundwork.metrics,
      log: launch.output.logger("typha"))
    return TyphaSource(options, find: find, report: { notice.show($0) })
  }

  /// Finds Typhas by their address, or else by their service (compatibility §5.3); nil where neither
  /// is configured.
  private static func typhas(
    _ settings: FelixSettings, _ launch: Launch
  ) throws -> (@Sendable () async throws -> [ServiceAddress])? {
    if let places = HostAndPort.list(settings.typhaAddr) {
      return { try await NameLookup.addresses(of: places) }
    }
    if settings.typhaK8sServiceName.isEmpty { return nil }
    let finder = try ServiceFinder(
      DatastoreConfiguration.read(
        file: launch.configurationFile, environment: launch.environment),
      environment: launch.environment, namespace: settings.typhaK8sNamespace,
      service: settings.typhaK8sServiceName, port: "calico-typha")
    return { try await finder.addresses() }
  }

  private static func say(_ report: SyncReport, _ log: Logger) {
    switch report {
    case .malformed(let object):
      log.warning("\(object.key) cannot be read and is left out: \(object.reason)")
    case .interrupted(let kind, let reason, let retryIn):
      log.warning("following \(kind): \(reason); again in \(retryIn.inWords)")
    case .inSync:
      log.debug("in sync with the datastore")
    }
  }
}
