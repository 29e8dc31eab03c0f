// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import ProgramServices
import StoreRig
import Telemetry
import TestSupport
import Testing

/// A server of metrics in TLS, asked by OpenSSL's client.
@Suite("Metrics in TLS", .timeLimit(.minutes(2)))
struct MetricsTLSTests {
  private let rig: ServerUnderTest
  private let folder: RigFolder
  private let authority: CertificateAuthority
  private let other: CertificateAuthority
  private let server: CertificateAuthority.Pair

  private let time = ManualTime()

  init() throws {
    rig = try ServerUnderTest(clock: time.clock)
    folder = try RigFolder("tls")
    authority = try CertificateAuthority(in: folder)
    other = try CertificateAuthority(in: folder, name: "other")
    server = try Self.server(of: authority, "server")
    rig.metrics.counter("answers_total", help: "What the tests look for.").increment()
  }

  private static func server(
    of authority: CertificateAuthority, _ name: String
  ) throws -> CertificateAuthority.Pair {
    try authority.issue(name, to: .init("server", hosts: ["127.0.0.1"]))
  }

  private func tls(
    _ word: String = "NoClientCert", authority: String = ""
  ) throws -> ServerTLS {
    try #require(
      try ServerTLS(
        settings: "Metrics", certificateFile: server.certificateFile, keyFile: server.keyFile,
        authorityFile: authority, clientAuth: word))
  }

  private func serve(_ tls: ServerTLS) async {
    await rig.server.serve(health: nil, metrics: rig.address(tls))
    await eventually("the server listens") { rig.isListening }
  }

  /// What a client came to.
  private struct Visit {
    /// Whether it was given the metrics.
    var isServed: Bool
    /// Whether it was asked for a certificate.
    var isAsked: Bool
    var text: String
  }

  /// Visits as a client that believes an authority, with a certificate or without.
  private func visit(
    _ pair: CertificateAuthority.Pair? = nil, believing authority: CertificateAuthority,
    _ options: [String] = []
  ) async throws -> Visit {
    var words = [
      "openssl", "s_client", "-connect", "127.0.0.1:\(rig.port)", "-CAfile",
      authority.certificateFile, "-verify_return_error", "-verify_ip", "127.0.0.1", "-quiet",
      "-state",
    ]
    if let pair { words += ["-cert", pair.certificateFile, "-key", pair.keyFile] }
    words += options
    let request = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    let outcome = try await onOwnThread { [words] in
      try RigCommand.outcome(words, input: request)
    }
    return Visit(
      isServed: outcome.output.hasPrefix("HTTP/1.1 200 OK")
        && outcome.output.contains("answers_total 1"),
      isAsked: outcome.errors.contains("read server certificate request"),
      text: outcome.output + outcome.errors)
  }

  /// Who is served with each word: without a certificate, with one of another authority, with one of
  /// the right authority.
  static let modes: [(word: String, served: [Bool])] = [
    ("NoClientCert", [true, true, true]), ("RequestClientCert", [true, true, true]),
    ("RequireAnyClientCert", [false, true, true]),
    ("VerifyClientCertIfGiven", [true, false, true]),
    ("RequireAndVerifyClientCert", [false, false, true]),
  ]

  @Test("are for those whom the settings let in", arguments: modes)
  func clients(_ word: String, _ served: [Bool]) async throws {
    let pairs = [
      nil, try other.issue("stranger", to: .init("scraper")),
      try authority.issue("scraper", to: .init("scraper")),
    ]
    await serve(
      try tls(word, authority: word.contains("Verify") ? authority.certificateFile : ""))
    for version in ["-tls1_2", "-tls1_3"] {
      for (pair, isServed) in zip(pairs, served) {
        let visit = try await visit(pair, believing: authority, [version])
        #expect(visit.isServed == isServed, "\(version): \(visit.text)")
        #expect(visit.isAsked == (word != "NoClientCert"), "\(version): \(visit.text)")
      }
    }
    await rig.server.stop()
    #expect(!rig.log.contains("[ERROR]"), "\(rig.log)")
  }

  @Test("are for nobody whose certificate is over")
  func expired() async throws {
    let pair = try authority.issue("old", to: .init("scraper"), days: -1)
    await serve(try tls("RequireAndVerifyClientCert", authority: authority.certificateFile))
    #expect(try await visit(pair, believing: authority).isServed == false)
    await rig.server.stop()
  }

  @Test("are not given in plain HTTP, nor in old forms of TLS")
  func plain() async throws {
    await serve(try tls())
    let client = try #require(rig.connection())
    defer { close(client) }
    let answer = try await rig.ask(client, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(!answer.contains("HTTP"))
    let old = try await visit(
      believing: authority, ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
    #expect(!old.isServed)
    #expect(old.text.contains("alert"), "the server has refused: \(old.text)")
    #expect(try await visit(believing: authority).isServed)
    // Somebody who came and says nothing does not hold up the end.
    let silent = try #require(rig.connection())
    defer { close(silent) }
    await rig.server.stop()
    #expect(!rig.log.contains("[ERROR]"), "\(rig.log)")
  }

  @Test("have the certificate that is there now, and the old one until its key is there too")
  func renewal() async throws {
    await serve(try tls())
    #expect(try await visit(believing: authority).isServed)
    #expect(try await visit(believing: other).isServed == false)

    let new = try Self.server(of: other, "new")
    try replace(server.certificateFile, by: new.certificateFile)
    #expect(try await visit(believing: authority).isServed)
    #expect(try await visit(believing: authority).isServed)
    let word = "MetricsKeyFile = '\(server.keyFile)': is not the key of the first certificate"
    #expect(rig.log.split(separator: "\n").filter { $0.contains(word) }.count == 1, "\(rig.log)")

    try replace(server.keyFile, by: new.keyFile)
    #expect(try await visit(believing: other).isServed)
    #expect(try await visit(believing: authority).isServed == false)
    // Nothing is there for a while.
    #expect(unlink(server.certificateFile) == 0)
    #expect(try await visit(believing: other).isServed)
    await rig.server.stop()
    #expect(!rig.log.contains("[ERROR]"), "\(rig.log)")
  }

  @Test("believe the authority that is there now")
  func newAuthority() async throws {
    let file = try folder.write(authority.certificate, to: "clients.crt")
    let old = try authority.issue("scraper", to: .init("scraper"))
    let new = try other.issue("stranger", to: .init("scraper"))
    await serve(try tls("RequireAndVerifyClientCert", authority: file))
    #expect(try await visit(old, believing: authority).isServed)
    #expect(try await visit(new, believing: authority).isServed == false)
    let sessions = ["-tls1_2", "-tls1_3"].map { ($0, folder.file("session\($0)")) }
    for (version, session) in sessions {
      #expect(
        try await visit(old, believing: authority, [version, "-sess_out", session]).isServed)
      #expect(
        try await visit(old, believing: authority, [version, "-sess_in", session]).isServed)
    }
    try replace(file, by: other.certificateFile)
    #expect(try await visit(new, believing: authority).isServed)
    #expect(try await visit(old, believing: authority).isServed == false)
    // Who was let in once is not let in for that.
    for (version, session) in sessions {
      #expect(!RigFolder.text(of: session).isEmpty)
      let visit = try await visit(old, believing: authority, [version, "-sess_in", session])
      #expect(!visit.isServed, "\(version): \(visit.text)")
    }
    // Both, for as long as clients change.
    try folder.write(authority.certificate + other.certificate, to: "both.crt")
    try replace(file, by: folder.file("both.crt"))
    #expect(try await visit(new, believing: authority).isServed)
    #expect(try await visit(old, believing: authority).isServed)
    await rig.server.stop()
  }

  /// Which file is wrong, and what is said of it.
  enum Fault: CaseIterable { case missing, foreignKey, noKey, noCertificate, noAuthority }

  @Test("are for nobody while a file is of no use, and come when it is", arguments: Fault.allCases)
  func faults(_ fault: Fault) async throws {
    let authorityFile = try folder.write(authority.certificate, to: "clients.crt")
    let (path, bad): (String, String?) =
      switch fault {
      case .missing: (server.certificateFile, nil)
      case .foreignKey: (server.keyFile, other.keyFile)
      case .noKey: (server.keyFile, server.certificateFile)
      case .noCertificate: (server.certificateFile, server.keyFile)
      case .noAuthority: (authorityFile, server.keyFile)
      }
    let reason =
      switch fault {
      case .missing: "MetricsCertFile = '\(path)': No such file or directory"
      case .foreignKey:
        "MetricsKeyFile = '\(path)': is not the key of the first certificate in MetricsCertFile = "
          + "'\(server.certificateFile)'"
      case .noKey:
        "MetricsKeyFile = '\(path)': holds no private key in PEM, or one that needs a passphrase"
      case .noCertificate: "MetricsCertFile = '\(path)': holds no certificate in PEM"
      case .noAuthority: "MetricsCAFile = '\(path)': holds no certificate in PEM"
      }
    let good = try folder.write(RigFolder.text(of: path), to: "good")
    if let bad { try replace(path, by: bad) } else { #expect(unlink(path) == 0) }
    await rig.server.serve(
      health: nil,
      metrics: rig.address(try tls("VerifyClientCertIfGiven", authority: authorityFile)))
    for _ in 0..<3 {
      await eventually("it is tried again later") { !time.isIdle || rig.isListening }
      time.pass(.seconds(2))
    }
    await eventually("it is tried again later") { !time.isIdle || rig.isListening }
    try #require(!rig.isListening)
    let said = rig.log.split(separator: "\n").filter { $0.contains("[ERROR]") }
    #expect(said.count == 1)
    #expect(
      said.first?.contains("cannot serve metrics on 127.0.0.1:\(rig.port): \(reason)") == true,
      "\(rig.log)")
    try replace(path, by: good)
    time.pass(.seconds(2))
    await eventually("the server listens") { rig.isListening }
    #expect(try await visit(believing: authority).isServed)
    await rig.server.stop()
  }

  /// As programs do it that renew: a new file takes the name.
  private func replace(_ path: String, by other: String) throws {
    let new = try folder.write(RigFolder.text(of: other), to: "next")
    #expect(rename(new, path) == 0)
  }
}
