// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import StoreRig

@testable import EtcdDatastore

/// A real etcd of a test's own, and the certificates to talk to it.
final class EtcdRig: Sendable {
  let folder: RigFolder
  let authority: CertificateAuthority?
  let pair: CertificateAuthority.Pair?
  let server: EtcdServer

  /// - Parameters:
  ///   - tls: whether with TLS, where clients must show a certificate.
  ///   - asksWho: whether users have names and passwords; `root` has `root`.
  ///   - user: the common name of the client's certificate.
  init(
    tls: Bool = false, asksWho: Bool = false, user: String = "client", flags: [String] = []
  ) async throws {
    folder = try RigFolder("certificates")
    var options = EtcdServer.Options(asksWho: asksWho, flags: flags)
    if tls {
      let authority = try CertificateAuthority(in: folder)
      let subject = CertificateAuthority.Subject("etcd", hosts: ["127.0.0.1", "localhost"])
      let pair = try authority.issue("server", to: subject)
      let client = try authority.issue("client", to: .init(user))
      self.authority = authority
      self.pair = client
      options.tls = EtcdServer.TLS(
        server: pair, clientAuthority: authority.certificateFile, client: client,
        serverAuthority: authority.certificateFile)
    } else {
      authority = nil
      pair = nil
    }
    server = try await EtcdServer.start(options)
  }

  /// How to reach it, through another port if one is given.
  func options(port: UInt16? = nil) -> EtcdDatastore.Options {
    let scheme = authority == nil ? "http" : "https"
    var options = EtcdDatastore.Options(
      endpoints: ["\(scheme)://127.0.0.1:\(port ?? server.port)"])
    options.authority = authority.map { .file($0.certificateFile) }
    options.certificate = pair.map { .file($0.certificateFile) }
    options.key = pair.map { .file($0.keyFile) }
    return options
  }

  /// Only the calls, without the datastore on them.
  func client(_ options: EtcdDatastore.Options? = nil) throws -> EtcdClient {
    let options = options ?? self.options()
    let endpoints = options.endpoints.compactMap { EtcdEndpoint($0, secureByDefault: false) }
    return EtcdClient(options, endpoints: endpoints, security: TransportSecurity(options))
  }
}
