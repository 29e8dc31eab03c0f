// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import NIOSSL
public import Settings

/// How a connection between agent and Typha is secured: each side shows a certificate that the same
/// authority has signed, and has the name that the other side was told (compatibility §5.3).
public struct LinkSecurity: Sendable, Hashable {
  public var keyFile: String
  public var certificateFile: String
  public var authorityFile: String
  /// Who the other side must be.
  public var peer: PeerIdentity

  /// The settings that make it, each with the name that people know it by; all or none.
  ///
  /// Errors: some of them, which could be taken for security and would be none.
  public static func read(
    key: (name: String, value: String), certificate: (name: String, value: String),
    authority: (name: String, value: String), commonName: (name: String, value: String),
    uri: (name: String, value: String)
  ) throws(ConfigurationError) -> LinkSecurity? {
    let files = [key, certificate, authority]
    let names = [commonName, uri]
    if (files + names).allSatisfy({ $0.value.isEmpty }) { return nil }
    let missing = files.filter(\.value.isEmpty).map(\.name)
    guard missing.isEmpty else {
      let given = (files + names).filter { !$0.value.isEmpty }.map(\.name)
      throw ConfigurationError(
        "\(given.joined(separator: ", ")) \(given.count == 1 ? "is" : "are") set without "
          + "\(missing.joined(separator: ", ")): for TLS set all of them, for none leave all out")
    }
    guard names.contains(where: { !$0.value.isEmpty }) else {
      throw ConfigurationError(
        "\(commonName.name) or \(uri.name) must be set: the name that the other side's certificate "
          + "must have")
    }
    return LinkSecurity(
      keyFile: key.value, certificateFile: certificate.value, authorityFile: authority.value,
      peer: PeerIdentity(commonName: commonName.value, uri: uri.value))
  }

  /// What Typha speaks with. The files are read now.
  ///
  /// Errors: `ConfigurationError` that names the file.
  public func serverContext() throws(ConfigurationError) -> NIOSSLContext {
    let (chain, key, roots) = try material()
    var configuration = TLSConfiguration.makeServerConfigurationWithMTLS(
      certificateChain: chain, privateKey: key, trustRoots: roots)
    configuration.certificateVerification = .noHostnameVerification
    configuration.minimumTLSVersion = .tlsv12
    return try context(configuration)
  }

  /// What an agent speaks with. The files are read now.
  ///
  /// Errors: `ConfigurationError` that names the file.
  public func clientContext() throws(ConfigurationError) -> NIOSSLContext {
    let (chain, key, roots) = try material()
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateChain = chain
    configuration.privateKey = key
    configuration.trustRoots = roots
    // Typhas are found by their addresses; who they are is said by the name that was configured.
    configuration.certificateVerification = .noHostnameVerification
    configuration.minimumTLSVersion = .tlsv12
    return try context(configuration)
  }

  private typealias Material = (
    chain: [NIOSSLCertificateSource], key: NIOSSLPrivateKeySource, roots: NIOSSLTrustRoots
  )

  private func material() throws(ConfigurationError) -> Material {
    let chain = try read(certificateFile) { try NIOSSLCertificate.fromPEMFile($0) }
    let key = try read(keyFile) { try NIOSSLPrivateKey(file: $0, format: .pem) }
    let roots = try read(authorityFile) { try NIOSSLCertificate.fromPEMFile($0) }
    guard !chain.isEmpty else {
      throw ConfigurationError("\(certificateFile): there is no certificate in it")
    }
    guard !roots.isEmpty else {
      throw ConfigurationError("\(authorityFile): there is no certificate in it")
    }
    return (chain.map { .certificate($0) }, .privateKey(key), .certificates(roots))
  }

  private func read<T>(
    _ file: String, _ body: (String) throws -> T
  ) throws(ConfigurationError) -> T {
    do {
      return try body(file)
    } catch {
      throw ConfigurationError("cannot read \(file): \(error)")
    }
  }

  private func context(_ configuration: TLSConfiguration) throws(ConfigurationError)
    -> NIOSSLContext
  {
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw ConfigurationError(
        "\(certificateFile) and \(keyFile) do not go together: \(error)")
    }
  }
}
