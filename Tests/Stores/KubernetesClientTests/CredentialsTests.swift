// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import StoreRig
import TestSupport
import Testing

@testable import KubernetesClient

@Suite("Credentials") struct CredentialsTests {
  let folder: RigFolder

  init() throws { folder = try RigFolder("credentials") }

  private func credentials(_ bearer: ClusterAccess.Bearer) -> Credentials {
    var access = ClusterAccess(server: "http://x", origin: "a test")
    access.bearer = bearer
    return Credentials(access, usesTLS: false)
  }

  /// Replaces a file as programs do that rotate tokens.
  private func rotate(_ text: String) throws {
    try folder.write(text, to: "new")
    try #require(rename(folder.file("new"), folder.file("token")) == 0)
  }

  @Test("a token is read again when its file is another one") func tokenFile() async throws {
    try rotate("one\n")
    let credentials = credentials(.tokenFile(folder.file("token")))
    let first = try await credentials.grant()
    #expect(first.authorization == "Bearer one")
    #expect(await !credentials.renew(after: first))
    try rotate("two")
    #expect(try await credentials.grant().authorization == "Bearer two")
    #expect(await credentials.renew(after: first))
    // While it is missing or empty, the last one is used.
    try rotate("")
    #expect(try await credentials.grant().authorization == "Bearer two")
    unlink(folder.file("token"))
    #expect(try await credentials.grant().authorization == "Bearer two")
  }

  @Test("a token file that is not there is named") func missingToken() async throws {
    let credentials = credentials(.tokenFile(folder.file("none")))
    let error = await failure { () async throws(KubernetesError) in try await credentials.grant() }
    #expect("\(error)".hasPrefix("cannot read the token \(folder.file("none")): No such file"))
  }

  /// A program that notes each run and answers with a shell script's output.
  private func program(_ script: String) throws -> CredentialProgram {
    try folder.write("#!/bin/sh\necho run >> \(folder.file("runs"))\n\(script)\n", to: "helper")
    chmod(folder.file("helper"), 0o755)
    return CredentialProgram(
      apiVersion: "client.authentication.k8s.io/v1", command: folder.file("helper"))
  }

  private var runs: Int { RigFolder.text(of: folder.file("runs")).split(separator: "\n").count }

  private func answer(_ status: String) -> String {
    "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\","
      + "\"status\":\(status)}'"
  }

  @Test("a program is run once until what it gave expires") func program() async throws {
    let lasting = credentials(
      .program(
        try program(answer("{\"token\":\"t\",\"expirationTimestamp\":\"2999-01-01T00:00:00Z\"}"))))
    // Many at once share a run.
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { _ = try? await lasting.grant() } }
    }
    let grant = try await lasting.grant()
    #expect(grant.authorization == "Bearer t" && runs == 1)
    // Refused by the server, it is run again.
    #expect(await !lasting.renew(after: grant))
    #expect(runs == 2)
    let expired = credentials(
      .program(
        try program(answer("{\"token\":\"t\",\"expirationTimestamp\":\"2001-01-01T00:00:00Z\"}"))))
    _ = try await expired.grant()
    _ = try await expired.grant()
    #expect(runs == 4)
  }

  @Test("a program is told about the cluster when it asks for that") func information() async throws
  {
    var program = try program(
      answer("{\"token\":\"x\"}") + "; echo \"$KUBERNETES_EXEC_INFO\" > \(folder.file("info"))")
    program.wantsCluster = true
    _ = try await credentials(.program(program)).grant()
    #expect(
      RigFolder.text(of: folder.file("info"))
        == "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\","
        + "\"spec\":{\"interactive\":false,\"cluster\":{\"server\":\"http://x\"}}}\n")
  }

  @Test(
    "of a program that gives nothing useful it is said why",
    arguments: [
      ("exit 3", "failed with exit status 3"),
      ("echo hello", "is no ExecCredential"),
      ("kill -9 $$", "failed with signal 9"),
      ("head -c 3000000 /dev/zero", "with an answer of at most 1048576 bytes"),
      ("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"v7\"}'", "is not of the apiVersion"),
      (
        "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\","
          + "\"status\":{}}'", "neither a token nor a certificate"
      ),
    ])
  func useless(_ script: String, _ words: String) async throws {
    let credentials = credentials(.program(try program(script)))
    let error = await failure { () async throws(KubernetesError) in try await credentials.grant() }
    #expect("\(error)".contains(words) && "\(error)".contains("helper"), "\(error)")
  }

  @Test("a program that hangs is ended with all that it started") func hanging() async throws {
    let program = try program("sleep 1000 & echo $! > \(folder.file("child")); wait")
    #expect(throws: KubernetesError.self) { try program.run(information: "", milliseconds: 300) }
    let child = try #require(
      pid_t(RigFolder.text(of: folder.file("child")).split(separator: "\n").first ?? ""))
    // It was killed, and may take a moment to end; a zombie whose parent has not yet been told of it
    // counts as ended.
    func isGone() -> Bool {
      let state = RigFolder.text(of: "/proc/\(child)/stat").split(separator: ")").last ?? " Z"
      return state.isEmpty || state.hasPrefix(" Z") || kill(child, 0) != 0
    }
    #expect(await eventually { isGone() })
  }

  @Test("a program that is missing is named with the hint what to do") func missing() async {
    var program = CredentialProgram(
      apiVersion: "client.authentication.k8s.io/v1", command: "/nonexistent/helper")
    program.installHint = "get it from example.org"
    let credentials = credentials(.program(program))
    let error = await failure { () async throws(KubernetesError) in try await credentials.grant() }
    #expect(
      "\(error)"
        == "cannot run the credential program /nonexistent/helper: No such file or directory; get it "
        + "from example.org")
  }

  @Test("an expired client certificate is said to be that") func expired() async throws {
    let authority = try CertificateAuthority(in: folder)
    let pair = try authority.issue("old", to: .init("old"), days: -1)
    var access = ClusterAccess(server: "https://x", origin: "a test")
    access.certificate = (.file(pair.certificateFile), .file(pair.keyFile))
    let credentials = Credentials(access, usesTLS: true)
    let error = await failure { () async throws(KubernetesError) in try await credentials.grant() }
    #expect("\(error)".hasPrefix("the client's certificate (\(pair.certificateFile)) expired at "))
    try folder.write("no key", to: "bad.key")
    access.certificate?.key = .file(folder.file("bad.key"))
    access.certificate?.chain = .file(authority.certificateFile)
    let other = Credentials(access, usesTLS: true)
    let wrong = await failure { () async throws(KubernetesError) in try await other.grant() }
    #expect("\(wrong)" == "\(folder.file("bad.key")) holds no private key in PEM form")
  }
}
