// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import EtcdDatastore
import Settings

extension DatastoreConfiguration {
  /// How to reach etcd.
  ///
  /// Errors: `failed` for settings that contradict each other.
  func etcdOptions() throws(DatastoreError) -> EtcdDatastore.Options {
    var options = EtcdDatastore.Options(
      endpoints: (spec.etcdEndpoints ?? "").split(separator: ",").map(String.init))
    options.discoveryDomain = spec.etcdDiscoverySrv
    if let user = spec.etcdUsername, !user.isEmpty {
      options.user = user
      options.password = spec.etcdPassword
    } else if let password = spec.etcdPassword, !password.isEmpty {
      throw .failed("ETCD_PASSWORD (etcdPassword) is set without ETCD_USERNAME (etcdUsername)")
    }
    options.certificate = try Self.pem(
      file: spec.etcdCertFile, text: spec.etcdCert, "ETCD_CERT_FILE (etcdCertFile)", "etcdCert")
    options.key = try Self.pem(
      file: spec.etcdKeyFile, text: spec.etcdKey, "ETCD_KEY_FILE (etcdKeyFile)", "etcdKey")
    options.authority = try Self.pem(
      file: spec.etcdCACertFile, text: spec.etcdCACert, "ETCD_CA_CERT_FILE (etcdCACertFile)",
      "etcdCACert")
    options.origin = "\(self)"
    return options
  }

  private static func pem(
    file: String?, text: String?, _ fileName: String, _ textName: String
  ) throws(DatastoreError) -> EtcdDatastore.Options.PEM? {
    switch (file.flatMap { $0.isEmpty ? nil : $0 }, text.flatMap { $0.isEmpty ? nil : $0 }) {
    case (nil, nil): return nil
    case (let file?, nil): return .file(file)
    case (nil, let text?): return .text(text)
    case (_?, _?): throw .failed("\(fileName) and \(textName) are both set: give one of them")
    }
  }
}
