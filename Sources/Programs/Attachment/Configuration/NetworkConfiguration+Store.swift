// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Settings
import StoreAccess

extension NetworkConfiguration {
  /// The datastore to use and how to reach it: what the configuration says, and the environment
  /// where it says nothing (compatibility §3.3).
  ///
  /// Without `datastore_type` it is what is configured: etcd, a Kubernetes API, or else a file.
  func store(_ environment: [String: String]) throws(CNIError) -> DatastoreConfiguration {
    var spec = CalicoAPIConfigSpec()
    do throws(ConfigurationError) {
      try spec.override(from: environment)
    } catch {
      throw CNIError(.invalidEnvironment, "\(error)")
    }
    try read(into: &spec)
    let word = spec.datastoreType.flatMap { $0.isEmpty ? nil : $0 }
    if let word, DatastoreType(word: word) == nil {
      let known = DatastoreType.allCases.map(\.rawValue).joined(separator: ", ")
      throw CNIError(
        .invalidConfiguration,
        "datastore_type must be one of \(known), is '\(Words.shortened(word))'")
    }
    do throws(ConfigurationError) {
      // Not that of somebody's home folder: a node is configured on purpose.
      var access = try DatastoreConfiguration(spec)
      if let word { access.reason = "datastore_type is \(word)" }
      return access
    } catch {
      throw CNIError(.invalidConfiguration, "\(error)")
    }
  }

  private func read(into spec: inout CalicoAPIConfigSpec) throws(CNIError) {
    let texts: [(String, WritableKeyPath<CalicoAPIConfigSpec, String?>)] = [
      ("datastore_type", \.datastoreType), ("etcd_endpoints", \.etcdEndpoints),
      ("etcd_discovery_srv", \.etcdDiscoverySrv), ("calico_api_group", \.calicoAPIGroup),
    ]
    let paths: [(String, WritableKeyPath<CalicoAPIConfigSpec, String?>)] = [
      ("datastore_path", \.datastorePath), ("etcd_key_file", \.etcdKeyFile),
      ("etcd_cert_file", \.etcdCertFile), ("etcd_ca_cert_file", \.etcdCACertFile),
    ]
    func take(
      _ reader: ConfigurationReader,
      texts: [(String, WritableKeyPath<CalicoAPIConfigSpec, String?>)],
      paths: [(String, WritableKeyPath<CalicoAPIConfigSpec, String?>)]
    ) throws(CNIError) {
      for (key, field) in texts {
        if let text = try reader.string(key), !text.isEmpty { spec[keyPath: field] = text }
      }
      for (key, field) in paths {
        if let path = try reader.path(key) { spec[keyPath: field] = path }
      }
    }
    try take(reader, texts: texts, paths: paths)
    if spec.etcdEndpoints == nil, let authority = try reader.string("etcd_authority"),
      !authority.isEmpty
    {
      spec.etcdEndpoints = "\(try reader.string("etcd_scheme") ?? "http")://\(authority)"
    }
    try take(
      reader.map("policy"),
      texts: [("k8s_api_root", \.k8sAPIEndpoint), ("k8s_auth_token", \.k8sAPIToken)],
      paths: [
        ("k8s_client_certificate", \.k8sCertFile), ("k8s_client_key", \.k8sKeyFile),
        ("k8s_certificate_authority", \.k8sCAFile),
      ])
    try take(
      reader.map("kubernetes"), texts: [("k8s_api_root", \.k8sAPIEndpoint)],
      paths: [("kubeconfig", \.kubeconfig)])
    spec.k8sAPIEndpoint = spec.k8sAPIEndpoint.map(Self.server)
    if let rate = try reader.number("qps", 0...1_000_000) { spec.k8sClientQPS = Double(rate) }
    if let burst = try reader.number("burst", 0...1_000_000) { spec.k8sClientBurst = burst }
  }

  /// The server of a URL that may be that of the core group's first version.
  private static func server(_ url: String) -> String {
    var text = url[...]
    while text.hasSuffix("/") { text.removeLast() }
    if text.hasSuffix("/api/v1") { text.removeLast("/api/v1".count) }
    return String(text)
  }
}
