// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The TLS of a server: its files, and what it asks of clients.
public struct ServerTLS: Sendable, Hashable {
  /// What clients are asked for, in the words of Go's TLS.
  enum ClientAuth: String, CaseIterable {
    case none = "NoClientCert"
    /// A certificate is asked for, and whatever comes is good.
    case request = "RequestClientCert"
    /// Some certificate is needed; nobody looks whose.
    case requireAny = "RequireAnyClientCert"
    /// One of the authority or none.
    case verifyIfGiven = "VerifyClientCertIfGiven"
    case requireAndVerify = "RequireAndVerifyClientCert"

    var isVerified: Bool { self == .verifyIfGiven || self == .requireAndVerify }
  }

  /// A PEM file, with the setting that names it.
  struct File: Hashable, CustomStringConvertible {
    var setting: String
    var path: String

    var description: String { "\(setting) = '\(path)'" }
  }

  /// The server's certificate, with those between it and its authority after it.
  let certificate: File
  let key: File
  /// Whose certificates clients need, where they are verified.
  let authority: File?
  let clientAuth: ClientAuth

  /// What the settings of a program ask for; `nil` is no TLS. An empty path is not set.
  ///
  /// - Parameters:
  ///   - settings: What the settings' names begin with, before `CertFile`, `KeyFile`, `CAFile` and
  ///     `ClientAuth`: "PrometheusMetrics".
  ///   - clientAuth: One of the five words of Go's TLS: `NoClientCert`, …
  ///
  /// Errors: settings of which one means something only with another, and which would leave open what
  /// somebody thinks is shut.
  public init?(
    settings: String, certificateFile: String, keyFile: String, authorityFile: String,
    clientAuth word: String
  ) throws(ServerTLSError) {
    certificate = File(setting: settings + "CertFile", path: certificateFile)
    key = File(setting: settings + "KeyFile", path: keyFile)
    let authority = File(setting: settings + "CAFile", path: authorityFile)
    let asked = "\(settings)ClientAuth = '\(word)'"
    guard let clientAuth = ClientAuth(rawValue: word) else {
      let words = ClientAuth.allCases.map(\.rawValue).joined(separator: ", ")
      throw ServerTLSError("\(asked): must be one of \(words)")
    }
    self.clientAuth = clientAuth
    self.authority = authorityFile.isEmpty ? nil : authority
    let both = "\(certificate.setting) and \(key.setting)"
    switch (certificateFile.isEmpty, keyFile.isEmpty) {
    case (false, false): break
    case (false, true):
      throw ServerTLSError("\(certificate) is set without \(key.setting): TLS needs both")
    case (true, false):
      throw ServerTLSError("\(key) is set without \(certificate.setting): TLS needs both")
    case (true, true):
      if !authorityFile.isEmpty {
        throw ServerTLSError("\(authority) is set without \(both): without these there is no TLS")
      }
      guard clientAuth == .none else {
        throw ServerTLSError("\(asked) is set without \(both): without these there is no TLS")
      }
      return nil
    }
    if clientAuth.isVerified, authorityFile.isEmpty {
      throw ServerTLSError(
        "\(asked) is set without \(authority.setting), the authority of the clients' certificates")
    }
    if !clientAuth.isVerified, !authorityFile.isEmpty {
      throw ServerTLSError(
        "\(authority) is set, but with \(asked) no client's certificate is verified: it must be "
          + "\(ClientAuth.requireAndVerify.rawValue) or \(ClientAuth.verifyIfGiven.rawValue)")
    }
  }
}
