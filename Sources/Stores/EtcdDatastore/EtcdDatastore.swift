// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import Resources
import ValueTree

/// A datastore in etcd v3, with the keys and values of Calico.
///
/// A resource's revision is etcd's ModRevision of its key. Every write is a transaction that
/// compares it. Where etcd's answer to a write is lost, the write is tried again, which the
/// comparison makes safe; only when it cannot be known what became of it, the call fails as
/// `unavailable` and says so.
public final class EtcdDatastore: Datastore {
  public let commitsAtomically = true

  let client: EtcdClient
  let recent = RecentValues()
  let watches = OpenWatches()
  var options: Options { client.options }

  private init(_ client: EtcdClient) { self.client = client }

  /// Takes the configuration. It does not wait for a server: the first call does.
  ///
  /// Errors: `failed` when the configuration is not right; `unavailable` when no servers can be
  /// discovered.
  public static func open(_ options: Options) async throws(DatastoreError) -> EtcdDatastore {
    let security = TransportSecurity(options)
    let endpoints = try await endpoints(options, security)
    for endpoint in endpoints.prefix(1) { _ = try security.security(for: endpoint) }
    return EtcdDatastore(EtcdClient(options, endpoints: endpoints, security: security))
  }

  private static func endpoints(
    _ options: Options, _ security: TransportSecurity
  ) async throws(DatastoreError) -> [EtcdEndpoint] {
    let texts = options.endpoints.map { trimmed($0) }.filter { !$0.isEmpty }
    if let domain = options.discoveryDomain, !domain.isEmpty {
      guard texts.isEmpty else {
        throw .failed(
          "ETCD_ENDPOINTS (etcdEndpoints) and ETCD_DISCOVERY_SRV (etcdDiscoverySrv) are both set: "
            + "give one of them")
      }
      return try await ServiceDiscovery(options).endpoints(of: domain)
    }
    guard !texts.isEmpty else {
      throw .failed(
        "\(options.origin): no server of etcd is configured: set ETCD_ENDPOINTS (etcdEndpoints), such "
          + "as http://127.0.0.1:2379, or ETCD_DISCOVERY_SRV (etcdDiscoverySrv)")
    }
    var endpoints: [EtcdEndpoint] = []
    for text in texts {
      guard let endpoint = EtcdEndpoint(text, secureByDefault: security.isGiven) else {
        throw .failed(
          "ETCD_ENDPOINTS (etcdEndpoints): \(text.quoted) is no URL of a server, such as "
            + "http://127.0.0.1:2379 or https://etcd.example.com:2379")
      }
      endpoints.append(endpoint)
    }
    return endpoints
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  public func close() async {
    watches.close()
    await client.close()
  }

  static func check(_ key: ResourceKey) throws(DatastoreError) {
    if key.name.isEmpty { throw .missingIdentifier("name") }
    if key.kind.isNamespaced, key.namespace?.isEmpty ?? true {
      throw .missingIdentifier("namespace")
    }
  }
}
