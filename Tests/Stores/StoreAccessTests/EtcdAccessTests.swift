// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import EtcdDatastore
import Resources
import Settings
import TestSupport
import Testing

@testable import StoreAccess

@Suite("The configuration of an etcd datastore") struct EtcdAccessTests {
  private func options(_ environment: [String: String]) throws -> EtcdDatastore.Options {
    var spec = CalicoAPIConfigSpec()
    try spec.override(from: environment)
    return try DatastoreConfiguration(spec).etcdOptions()
  }

  private func failure(_ environment: [String: String]) async -> String {
    do {
      var spec = CalicoAPIConfigSpec()
      try spec.override(from: environment)
      let store = try await DatastoreConfiguration(spec).open(durability: .full)
      defer { Task { await store.close() } }
      _ = try await store.list(ListQuery(.tier))
      return "opened"
    } catch {
      return "\(error)"
    }
  }

  @Test("takes every variable") func variables() throws {
    let options = try options([
      "ETCD_ENDPOINTS": "https://a:2379,https://b", "ETCD_USERNAME": "root",
      "CALICO_ETCD_PASSWORD": "secret", "ETCD_KEY_FILE": "/k", "ETCD_CERT_FILE": "/c",
      "ETCD_CA_CERT_FILE": "/ca",
    ])
    #expect(options.endpoints == ["https://a:2379", "https://b"])
    #expect(options.user == "root" && options.password == "secret")
    #expect(options.key == .file("/k") && options.certificate == .file("/c"))
    #expect(options.authority == .file("/ca"))
    #expect(
      options.origin
        == "etcd datastore https://a:2379,https://b (etcd's servers are configured, and no type)")
    #expect(
      try self.options(["ETCD_DISCOVERY_SRV": "example.com"]).discoveryDomain == "example.com")
  }

  @Test("takes certificates from the file itself") func inline() throws {
    var spec = CalicoAPIConfigSpec()
    spec.etcdEndpoints = "https://a:2379"
    spec.etcdKey = "key"
    spec.etcdCert = "certificate"
    spec.etcdCACert = "authority"
    let options = try DatastoreConfiguration(spec).etcdOptions()
    #expect(options.key == .text("key") && options.certificate == .text("certificate"))
    #expect(options.authority == .text("authority"))
  }

  @Test(
    "says what is wrong with it, by the names that people gave it",
    arguments: [
      (["DATASTORE_TYPE": "etcdv3"], "set ETCD_ENDPOINTS (etcdEndpoints)"),
      (["ETCD_ENDPOINTS": "ftp://x:1"], "ETCD_ENDPOINTS (etcdEndpoints): 'ftp://x:1' is no URL"),
      (["ETCD_ENDPOINTS": "http://x:99999"], "'http://x:99999' is no URL"),
      (["ETCD_ENDPOINTS": "http://x", "ETCD_DISCOVERY_SRV": "y"], "are both set: give one"),
      (["ETCD_ENDPOINTS": "http://x", "ETCD_PASSWORD": "y"], "without ETCD_USERNAME"),
      (
        ["ETCD_ENDPOINTS": "https://x", "ETCD_CERT_FILE": "/none"],
        "is set without ETCD_KEY_FILE (etcdKeyFile)"
      ),
      (
        ["ETCD_ENDPOINTS": "https://x", "ETCD_CA_CERT_FILE": "/none"],
        "ETCD_CA_CERT_FILE (etcdCACertFile): /none: No such file or directory"
      ),
      (
        ["ETCD_ENDPOINTS": "https://x", "ETCD_CA_CERT_FILE": "/etc/hostname"],
        "/etc/hostname: holds no certificate in PEM"
      ),
    ])
  func invalid(_ environment: [String: String], _ expected: String) async {
    let message = await failure(environment)
    #expect(message.contains(expected), "\(message)")
  }

  @Test("says which datastore it is, and why, when no server answers") func unreachable() async {
    let message = await failure(["ETCD_ENDPOINTS": "http://127.0.0.1:1"])
    #expect(
      message.hasPrefix(
        "datastore is not available: etcd datastore http://127.0.0.1:1 (etcd's servers are "
          + "configured, and no type): no server of etcd answers (http://127.0.0.1:1: "),
      "\(message)")
    #expect(message.contains("refused"))
  }
}
