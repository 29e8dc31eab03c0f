// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A certificate authority of a test's own, made by `openssl`: P-256 keys, SHA-256.
public struct CertificateAuthority: Sendable {
  /// A certificate with its key, as PEM files.
  public struct Pair: Sendable, Hashable {
    public var certificateFile: String
    public var keyFile: String

    public var certificate: String { RigFolder.text(of: certificateFile) }
    public var key: String { RigFolder.text(of: keyFile) }
  }

  /// Whom a certificate is for.
  public struct Subject: Sendable, Hashable {
    /// The user, or any word for a server.
    public var commonName: String
    /// The groups of the user.
    public var organizations: [String]
    /// The names and addresses that a server goes by.
    public var hosts: [String]
    /// Such as SPIFFE IDs.
    public var uris: [String]

    public init(
      _ commonName: String, organizations: [String] = [], hosts: [String] = [], uris: [String] = []
    ) {
      self.commonName = commonName
      self.organizations = organizations
      self.hosts = hosts
      self.uris = uris
    }
  }

  private let folder: RigFolder
  private let name: String

  /// The authority's certificate, a PEM file.
  public var certificateFile: String { folder.file("\(name).crt") }
  public var keyFile: String { folder.file("\(name).key") }
  public var certificate: String { RigFolder.text(of: certificateFile) }

  /// Makes an authority, with its files in `folder`.
  ///
  /// - Parameter name: its own name, and that of its files.
  public init(in folder: RigFolder, name: String = "ca") throws(RigError) {
    self.folder = folder
    self.name = name
    try RigCommand.run(
      ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", keyFile])
    try RigCommand.run([
      "openssl", "req", "-x509", "-new", "-key", keyFile, "-subj", "/CN=\(name)", "-days", "30",
      "-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature", "-out",
      certificateFile,
    ])
  }

  /// Issues a certificate for servers and clients.
  ///
  /// - Parameters:
  ///   - file: the name of its files.
  ///   - days: how long it is valid; below zero it has expired that long ago.
  public func issue(_ file: String, to subject: Subject, days: Int = 30) throws(RigError) -> Pair {
    let pair = Pair(
      certificateFile: folder.file("\(file).crt"), keyFile: folder.file("\(file).key"))
    try RigCommand.run(
      ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", pair.keyFile])
    let groups = subject.organizations.map { "/O=\($0)" }.joined()
    let request = try RigCommand.run([
      "openssl", "req", "-new", "-key", pair.keyFile, "-subj", "\(groups)/CN=\(subject.commonName)",
    ])
    var extensions = """
      basicConstraints=CA:FALSE
      keyUsage=critical,digitalSignature,keyEncipherment
      extendedKeyUsage=serverAuth,clientAuth

      """
    let names =
      subject.hosts.map { Self.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }
      + subject.uris.map { "URI:\($0)" }
    if !names.isEmpty {
      extensions += "subjectAltName=\(names.joined(separator: ","))\n"
    }
    let extensionFile = try folder.write(extensions, to: "\(file).ext")
    try RigCommand.run(
      [
        "openssl", "x509", "-req", "-CA", certificateFile, "-CAkey", keyFile, "-CAcreateserial",
        "-days", "\(days)", "-extfile", extensionFile, "-out", pair.certificateFile,
      ], input: request)
    return pair
  }

  /// Makes a key pair without a certificate: the public key stands in `certificateFile`.
  public func issueKeys(_ file: String) throws(RigError) -> Pair {
    let pair = Pair(
      certificateFile: folder.file("\(file).pub"), keyFile: folder.file("\(file).key"))
    try RigCommand.run(["openssl", "genrsa", "-out", pair.keyFile, "2048"])
    try RigCommand.run(
      ["openssl", "rsa", "-in", pair.keyFile, "-pubout", "-out", pair.certificateFile])
    return pair
  }

  private static func isAddress(_ host: String) -> Bool {
    host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
  }
}
