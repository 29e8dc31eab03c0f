// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import HostSystem
import ValueTree

/// Finds etcd's servers by the SRV records of a domain: those with TLS
/// (`_etcd-client-ssl._tcp`) if there are any, else those without (`_etcd-client._tcp`).
struct ServiceDiscovery: Sendable {
  private static let resolverFile = "/etc/resolv.conf"
  private static let resolverLimit = 64 << 10
  private static let serverLimit = 3

  private let options: EtcdDatastore.Options

  init(_ options: EtcdDatastore.Options) { self.options = options }

  /// Errors: `failed` when the domain has no such records or is no domain; `unavailable` when no
  /// name server answers.
  func endpoints(of domain: String) async throws(DatastoreError) -> [EtcdEndpoint] {
    let name = domain.hasSuffix(".") ? String(domain.dropLast()) : domain
    let servers = try nameServers()
    guard !servers.isEmpty else {
      throw .failed("\(Self.resolverFile) names no server to ask for the SRV records of \(domain)")
    }
    for (service, isSecure) in [("_etcd-client-ssl", true), ("_etcd-client", false)] {
      let records = try await ask(servers, "\(service)._tcp.\(name)", domain)
      if !records.isEmpty {
        return Self.sorted(records).map {
          EtcdEndpoint(isSecure: isSecure, host: $0.target, port: Int($0.port))
        }
      }
    }
    throw .failed(
      "ETCD_DISCOVERY_SRV (etcdDiscoverySrv): \(domain) has no SRV records of etcd: neither "
        + "_etcd-client-ssl._tcp.\(name) nor _etcd-client._tcp.\(name)")
  }

  private func ask(
    _ servers: [NameServer], _ name: String, _ domain: String
  ) async throws(DatastoreError) -> [ServiceRecord] {
    guard let query = ServiceQuery(name: name, id: .random(in: 0 ... .max)) else {
      throw .failed("ETCD_DISCOVERY_SRV (etcdDiscoverySrv): \(domain.quoted) is no domain")
    }
    var reasons: [String] = []
    for _ in 0..<2 {
      for server in servers {
        switch await server.answer(to: query) {
        case .records(let records): return records
        case .failed(let reason): reasons.append("\(server): \(reason)")
        }
      }
    }
    throw .unavailable(
      "ETCD_DISCOVERY_SRV (etcdDiscoverySrv): no answer about \(name) "
        + "(\(reasons.joined(separator: "; ")))")
  }

  /// By priority; among equals heavier ones tend to come first (RFC 2782).
  private static func sorted(_ records: [ServiceRecord]) -> [ServiceRecord] {
    records.map { record in
      let weight = Double(record.weight) + 0.1
      return (record, Double.random(in: Double.leastNonzeroMagnitude...1).logarithm / weight)
    }
    .sorted { ($0.0.priority, -$0.1) < ($1.0.priority, -$1.1) }
    .map(\.0)
  }

  private func nameServers() throws(DatastoreError) -> [NameServer] {
    if !options.nameServers.isEmpty { return options.nameServers.compactMap { NameServer($0) } }
    let text: String
    do throws(SmallFile.Failure) {
      text = String(
        decoding: try SmallFile.read(Self.resolverFile, limit: Self.resolverLimit), as: UTF8.self)
    } catch {
      throw .failed(
        "\(Self.resolverFile), which names the servers to ask for SRV records: \(error)")
    }
    let servers = text.split(separator: "\n").compactMap { line -> NameServer? in
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.count >= 2, words[0] == "nameserver" else { return nil }
      return NameServer(String(words[1]))
    }
    return Array(servers.prefix(Self.serverLimit))
  }
}

extension Double {
  fileprivate var logarithm: Double { log(self) }
}
