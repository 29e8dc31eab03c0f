// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ProgramServices

@Suite("The settings of a server's TLS")
struct ServerTLSTests {
  private static let words = [
    "NoClientCert", "RequestClientCert", "RequireAnyClientCert", "VerifyClientCertIfGiven",
    "RequireAndVerifyClientCert",
  ]

  /// Of each file whether it is set.
  private func tls(
    _ certificate: Bool, _ key: Bool, _ authority: Bool, _ word: String
  ) throws(ServerTLSError) -> ServerTLS? {
    try ServerTLS(
      settings: "Metrics", certificateFile: certificate ? "/c" : "", keyFile: key ? "/k" : "",
      authorityFile: authority ? "/a" : "", clientAuth: word)
  }

  private func problem(
    _ certificate: Bool, _ key: Bool, _ authority: Bool, _ word: String
  ) -> String? {
    do throws(ServerTLSError) {
      _ = try tls(certificate, key, authority, word)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("go together in a few ways, and each other one says which setting is at fault")
  func combinations() throws {
    let files = [false, true]
    for certificate in files {
      for key in files {
        for authority in files {
          for word in Self.words {
            let what: Comment = "\(certificate) \(key) \(authority) \(word)"
            let isVerified = word.contains("Verify")
            if certificate, key, authority == isVerified {
              let tls = try #require(try tls(certificate, key, authority, word), what)
              #expect(tls.clientAuth.rawValue == word)
              #expect((tls.authority != nil) == isVerified, what)
            } else if !certificate, !key, !authority, word == "NoClientCert" {
              #expect(try tls(certificate, key, authority, word) == nil, what)
            } else {
              let said = try #require(problem(certificate, key, authority, word), what)
              // The one that is set and does no good comes first.
              let culprit =
                switch (certificate, key) {
                case (true, false): "MetricsCertFile = '/c'"
                case (false, true): "MetricsKeyFile = '/k'"
                case (true, true) where isVerified: "MetricsClientAuth = '\(word)'"
                case _ where authority: "MetricsCAFile = '/a'"
                default: "MetricsClientAuth = '\(word)'"
                }
              #expect(said.hasPrefix("\(culprit) is set"), "\(what): \(said)")
            }
          }
        }
      }
    }
  }

  @Test("say what is missing, and what would do")
  func messages() {
    #expect(
      problem(true, false, false, "NoClientCert")
        == "MetricsCertFile = '/c' is set without MetricsKeyFile: TLS needs both")
    #expect(
      problem(false, false, false, "RequireAnyClientCert")
        == "MetricsClientAuth = 'RequireAnyClientCert' is set without MetricsCertFile and "
        + "MetricsKeyFile: without these there is no TLS")
    #expect(
      problem(true, true, true, "NoClientCert")
        == "MetricsCAFile = '/a' is set, but with MetricsClientAuth = 'NoClientCert' no client's "
        + "certificate is verified: it must be RequireAndVerifyClientCert or "
        + "VerifyClientCertIfGiven")
    #expect(
      problem(true, true, false, "VerifyClientCertIfGiven")
        == "MetricsClientAuth = 'VerifyClientCertIfGiven' is set without MetricsCAFile, the "
        + "authority of the clients' certificates")
    #expect(
      problem(true, true, true, "Always")
        == "MetricsClientAuth = 'Always': must be one of \(Self.words.joined(separator: ", "))")
  }
}
