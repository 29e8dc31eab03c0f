// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import Resources
import StoreRig
import TestSupport
import Testing

@testable import KubernetesDatastore

/// On a real API server.
@Suite("Access to the API server") struct AccessTests {
  private func listing(
    _ change: (inout ClusterAccess) throws -> Void
  ) async throws -> DatastoreError? {
    let server = try await KubernetesServer.shared()
    var access = try server.access()
    try change(&access)
    let store = try KubernetesDatastore(access)
    defer { Task { await store.close() } }
    do {
      _ = try await store.list(ListQuery(.tier))
      return nil
    } catch {
      return error
    }
  }

  @Test("is by certificate, token, or token file that rotates") func ways() async throws {
    let server = try await KubernetesServer.shared()
    #expect(try await listing { _ in } == nil)
    #expect(
      try await listing {
        $0 = try .kubeconfig(file: server.kubeconfigFile(of: .node, token: true))
      } == nil)
    let folder = try RigFolder("token")
    try folder.write("expired", to: "token")
    var access = try server.access()
    access.certificate = nil
    access.bearer = .tokenFile(folder.file("token"))
    let store = try KubernetesDatastore(access)
    let error = await failure { () async throws(DatastoreError) in
      try await store.list(ListQuery(.tier))
    }
    guard case .unauthorized(let text) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(
      text.contains("does not accept the token in \(folder.file("token")); it may have expired"))
    #expect(!text.contains("expired\""))
    try folder.write(server.token(of: .node), to: "token")
    _ = try await store.list(ListQuery(.tier))
    await store.close()
  }

  @Test("needs an authority that signed the server's certificate") func otherAuthority()
    async throws
  {
    let folder = try RigFolder("authority")
    let other = try CertificateAuthority(in: folder)
    let error = try await listing { $0.authority = .file(other.certificateFile) }
    guard case .unavailable(let text) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(
      text.contains(
        "it is not signed by the authority in \(other.certificateFile), or it has expired"),
      "\(text)")
    #expect(try await listing { $0.authority = nil } != nil)
    #expect(
      try await listing {
        $0.authority = nil
        $0.skipsVerification = true
      } == nil)
  }

  /// What a client says of a server that has this certificate and is no API server.
  private func message(
    of hosts: [String], days: Int = 30, _ change: (inout ClusterAccess) -> Void = { _ in }
  ) async throws -> String {
    let folder = try RigFolder("tls")
    let authority = try CertificateAuthority(in: folder)
    let pair = try authority.issue("server", to: .init("server", hosts: hosts), days: days)
    let port = try RigPort.free()
    let process = try ServerProcess(
      .init(
        [
          "/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert",
          pair.certificateFile, "-key", pair.keyFile, "-www",
        ], log: folder.file("log")))
    var access = ClusterAccess(server: "https://127.0.0.1:\(port)", origin: "a test")
    access.authority = .file(authority.certificateFile)
    change(&access)
    let store = try KubernetesDatastore(access)
    var text = ""
    for _ in 0..<200 {
      let error = await failure { () async throws(DatastoreError) in
        try await store.list(ListQuery(.tier))
      }
      text = "\(error)"
      // It may not listen yet.
      if !text.contains("cannot connect") { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    await store.close()
    await process.kill()
    return text
  }

  @Test("needs a name that the server's certificate has") func otherName() async throws {
    let text = try await message(of: ["api.example"])
    #expect(text.contains("is not for '127.0.0.1'") && text.contains("tls-server-name"), "\(text)")
    let other = try await message(of: ["api.example"]) { $0.serverName = "another.example" }
    #expect(other.contains("is not for 'another.example'"), "\(other)")
    // The right name leads on to what is no API.
    let right = try await message(of: ["api.example"]) { $0.serverName = "api.example" }
    #expect(!right.contains("certificate"), "\(right)")
    #expect(try await listing { $0.serverName = "kubernetes.default.svc" } == nil)
    #expect(
      try await listing { $0.server = $0.server.replacing("127.0.0.1", with: "localhost") } == nil)
  }

  @Test("needs a server's certificate that has not expired") func expired() async throws {
    let text = try await message(of: ["127.0.0.1"], days: -1)
    #expect(text.contains("or it has expired. Check 'openssl s_client"), "\(text)")
  }

  @Test("needs a client's certificate that the server trusts") func otherClient() async throws {
    let folder = try RigFolder("client")
    let other = try CertificateAuthority(in: folder)
    let pair = try other.issue("admin", to: .init("admin", organizations: ["system:masters"]))
    let error = try await listing {
      $0.certificate = (.file(pair.certificateFile), .file(pair.keyFile))
    }
    #expect("\(String(describing: error))".contains("does not accept the certificate"))
  }
}
