// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoreRig
import TestSupport
import Testing

@testable import EtcdDatastore

@Suite("Who may talk to etcd", .serialized, .timeLimit(.minutes(3))) struct SecurityTests {
  private let query = ListQuery(.globalNetworkSet)

  private func message(_ options: EtcdDatastore.Options) async -> String {
    var options = options
    options.timing.patience = .milliseconds(200)
    do {
      let store = try await EtcdDatastore.open(options)
      defer { Task { await store.close() } }
      _ = try await store.list(query)
      return "listed"
    } catch {
      return "\(error)"
    }
  }

  @Test("is who has a certificate of the right authority, in a file or inline")
  func certificates() async throws {
    let rig = try await EtcdRig(tls: true)
    #expect(await message(rig.options()) == "listed")
    var inline = rig.options()
    let pair = try #require(rig.pair)
    let authority = try #require(rig.authority)
    inline.certificate = .text(pair.certificate)
    inline.key = .text(pair.key)
    inline.authority = .text(authority.certificate)
    #expect(await message(inline) == "listed")
    inline.endpoints = ["https://localhost:\(rig.server.port)"]
    #expect(await message(inline) == "listed")

    var none = rig.options()
    none.certificate = nil
    none.key = nil
    let without = await message(none)
    #expect(without.contains("TLS") || without.contains("closed"), "\(without)")
    let stranger = try CertificateAuthority(in: rig.folder, name: "stranger")
    let other = try stranger.issue("other", to: .init("client"))
    var wrong = rig.options()
    wrong.certificate = .file(other.certificateFile)
    wrong.key = .file(other.keyFile)
    let refused = await message(wrong)
    #expect(refused.hasPrefix("datastore is not available"), "\(refused)")
    var mismatched = rig.options()
    mismatched.key = .file(other.keyFile)
    #expect(await message(mismatched).contains("the certificate and the key for etcd do not work"))
    var plain = rig.options()
    plain.endpoints = ["http://127.0.0.1:\(rig.server.port)"]
    #expect(await message(plain).hasPrefix("datastore is not available"))
  }

  @Test("must find a server with a certificate that is in force, of the authority and of that name")
  func servers() async throws {
    let folder = try RigFolder("certificates")
    let authority = try CertificateAuthority(in: folder)
    let other = try CertificateAuthority(in: folder, name: "other")
    let hosts = ["127.0.0.1", "localhost"]
    let cases: [(CertificateAuthority.Pair, trusted: String, says: String)] = [
      (
        try authority.issue("expired", to: .init("etcd", hosts: hosts), days: -1),
        authority.certificateFile, "is not accepted (CERTIFICATE_VERIFY_FAILED): it has expired"
      ),
      (
        try other.issue("foreign", to: .init("etcd", hosts: hosts)), authority.certificateFile,
        "is not of the authority that ETCD_CA_CERT_FILE"
      ),
      (
        try authority.issue("named", to: .init("etcd", hosts: ["etcd.example.com"])),
        authority.certificateFile, "is not for the name"
      ),
    ]
    let client = try authority.issue("client", to: .init("client"))
    for (pair, trusted, says) in cases {
      let tls = EtcdServer.TLS(
        server: pair, clientAuthority: nil, client: client, serverAuthority: trusted)
      let server = try await EtcdServer.start(
        EtcdServer.Options(tls: tls, isUntrusted: true))
      var options = EtcdDatastore.Options(endpoints: [server.endpoint])
      options.authority = .file(trusted)
      let text = await message(options)
      #expect(text.contains(says) && text.contains("TLS"), "\(text)")
      await server.kill()
    }
  }

  @Test("is the user that a certificate names, when users are asked for")
  func commonName() async throws {
    let rig = try await EtcdRig(tls: true, user: "root")
    try rig.server.enableUsers()
    #expect(await message(rig.options()) == "listed")
  }

  @Test("is who knows the password, for longer than a token lasts") func passwords() async throws {
    // Seconds.
    let rig = try await EtcdRig(asksWho: true, flags: ["--auth-token-ttl", "1"])
    var options = rig.options()
    let nobody = await message(options)
    #expect(
      nobody.hasPrefix("connection is unauthorized: etcd wants to know who asks"), "\(nobody)")
    options.user = "root"
    options.password = "wrong"
    let wrong = await message(options)
    #expect(wrong.contains("does not accept the user 'root' with this password"), "\(wrong)")
    #expect(wrong.contains("ETCD_PASSWORD (etcdPassword)"))
    options.password = "root"
    let store = try await EtcdDatastore.open(options)
    let start = try await store.list(query).revision
    var events = EventReader(try await store.watch(query, from: start))
    for index in 0..<2 {
      // Longer than a token that is not used lasts.
      try await Task.sleep(for: .milliseconds(2500))
      _ = try await store.create(sample("n\(index)", "\(index)"))
      #expect(try await events.next() == "set n\(index)=\(index)")
      var more = EventReader(try await store.watch(query, from: start))
      #expect(try await more.next() == "set n0=0")
    }
    // A restarted server knows no tokens.
    try await rig.server.restart()
    _ = try await store.create(sample("after", "1"))
    #expect(try await store.all(GlobalNetworkSet.self).count == 3)
    await store.close()
  }

  @Test("may be more than is asked for") func userWithoutNeed() async throws {
    let rig = try await EtcdRig()
    var options = rig.options()
    options.user = "root"
    options.password = "root"
    #expect(await message(options) == "listed")
  }

  @Test("may do what the user's role allows, and is told what it does not")
  func roles() async throws {
    let rig = try await EtcdRig(asksWho: true)
    try rig.server.run("role", "add", "reader")
    try rig.server.run("role", "grant-permission", "reader", "read", "--prefix=true", "/calico/")
    try rig.server.run("user", "add", "felix:pw")
    try rig.server.run("user", "grant-role", "felix", "reader")
    var options = rig.options()
    options.user = "felix"
    options.password = "pw"
    let store = try await EtcdDatastore.open(options)
    let start = try await store.list(query).revision
    _ = try await store.watch(query, from: start)
    let error = await failure { () throws(DatastoreError) in try await store.create(sample("a")) }
    #expect("\(error)".contains("etcd does not let the user 'felix' do this"), "\(error)")
    guard case .unauthorized = error else { throw error }
    await store.close()
    try rig.server.run("user", "add", "nobody:pw")
    options.user = "nobody"
    let other = try await EtcdDatastore.open(options)
    let watch = await failure { () throws(DatastoreError) in
      try await other.watch(query, from: start)
    }
    guard case .unauthorized = watch else { throw watch }
    await other.close()
  }
}
