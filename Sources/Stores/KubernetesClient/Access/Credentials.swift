// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import KubernetesModel
import NIOCore
import NIOPosix
import NIOSSL

/// Keeps what proves who we are, and whom we trust, up to date: files are read again when they
/// change, programs run again when what they gave expires.
actor Credentials {
  /// What a request needs.
  struct Grant: Sendable {
    /// The value of the `Authorization` header.
    var authorization: String?
    /// Nil for a server without TLS.
    var tls: TLSConfiguration?
  }

  /// A credential that expires this soon is renewed already, in seconds.
  private static let leeway: Int64 = 30

  private let access: ClusterAccess
  private let usesTLS: Bool
  private var files: [String: WatchedFile] = [:]
  private var tls: TLSConfiguration?
  private var program: ProgramCredentials?
  private var run: Task<ProgramCredentials, any Error>?

  init(_ access: ClusterAccess, usesTLS: Bool) {
    self.access = access
    self.usesTLS = usesTLS
  }

  /// What is valid now.
  ///
  /// Errors: `configuration`, naming the file or program.
  func grant() async throws(KubernetesError) -> Grant {
    var grant = Grant()
    switch access.bearer {
    case .token(let token): grant.authorization = "Bearer \(token)"
    case .tokenFile(let path): grant.authorization = "Bearer \(try token(path))"
    case .password(let user, let password):
      grant.authorization = "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))"
    case .program(let program):
      let given = try await credentials(of: program)
      if let token = given.token { grant.authorization = "Bearer \(token)" }
    case nil: break
    }
    if usesTLS { grant.tls = try configuration() }
    return grant
  }

  /// The server has refused a request with this grant. Looks for newer credentials; whether there
  /// are any.
  func renew(after grant: Grant) async -> Bool {
    switch access.bearer {
    case .tokenFile(let path): files[path]?.forget()
    // Somebody else may have renewed them already.
    case .program:
      if grant.authorization == program?.token.map({ "Bearer \($0)" }) { program = nil }
    default: break
    }
    for path in [access.certificate?.chain, access.certificate?.key].compactMap({ $0?.path }) {
      files[path]?.forget()
    }
    guard let new = try? await self.grant() else { return false }
    return new.authorization != grant.authorization
      || !Self.isSame(new.tls, grant.tls)
  }

  private static func isSame(_ a: TLSConfiguration?, _ b: TLSConfiguration?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return a.bestEffortEquals(b)
  }

  private func token(_ path: String) throws(KubernetesError) -> String {
    _ = try refresh(path, "the token")
    let bytes = files[path]?.bytes ?? []
    let text = String(decoding: bytes, as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).first.map(String.init)
    guard let text else { throw .configuration("the token file \(path) is empty") }
    return text
  }

  /// Reads a file if it has changed. Whether it has.
  private func refresh(_ path: String, _ what: String) throws(KubernetesError) -> Bool {
    var file = files[path] ?? WatchedFile(path)
    do throws(SmallFile.Failure) {
      let isNew = try file.refresh()
      files[path] = file
      return isNew
    } catch {
      throw .configuration("cannot read \(what) \(path): \(error)")
    }
  }

  // MARK: - Programs

  private func credentials(
    of program: CredentialProgram
  ) async throws(KubernetesError) -> ProgramCredentials {
    if let known = self.program, known.expiry.map({ $0 - Self.leeway > Int64(time(nil)) }) ?? true {
      return known
    }
    // One run serves all who wait.
    let task =
      run
      ?? Task { [access] in
        let information = ProgramCredentials.information(for: program, access)
        let output = try await NIOThreadPool.singleton.runIfActive {
          try program.run(information: information)
        }
        return try ProgramCredentials(output, of: program)
      }
    run = task
    let result = await task.result
    run = nil
    switch result {
    case .success(let given):
      self.program = given
      if given.certificate != nil { tls = nil }
      return given
    case .failure(let error):
      throw error as? KubernetesError ?? .configuration("\(error)")
    }
  }

  // MARK: - TLS

  private func configuration() throws(KubernetesError) -> TLSConfiguration {
    let files = [access.authority, access.certificate?.chain, access.certificate?.key]
    for path in files.compactMap({ $0?.path }) where try refresh(path, "the file") { tls = nil }
    if let tls { return tls }
    var made = TLSConfiguration.makeClientConfiguration()
    made.minimumTLSVersion = .tlsv12
    if access.skipsVerification {
      made.certificateVerification = .none
    } else if let authority = access.authority {
      made.trustRoots = .certificates(try certificates(authority))
    }
    if let (chain, key) = access.certificate {
      try identify(&made, try certificates(chain), bytes(of: key), chain.source, key.source)
    } else if case .program(let program) = access.bearer, let pair = self.program?.certificate {
      let source = "the answer of \(program.command)"
      let chain = try certificates(.bytes(pair.chain, source: source))
      try identify(&made, chain, pair.key, source, source)
    }
    tls = made
    return made
  }

  private func identify(
    _ configuration: inout TLSConfiguration, _ chain: [NIOSSLCertificate], _ key: [UInt8],
    _ chainSource: String, _ keySource: String
  ) throws(KubernetesError) {
    if let first = chain.first, Int64(first.notValidAfter) < Int64(time(nil)) {
      throw .configuration(
        "the client's certificate (\(chainSource)) expired at "
          + "\(UTCTime.text(Int64(first.notValidAfter))); renew it")
    }
    do {
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
    } catch {
      throw .configuration("\(keySource) holds no private key in PEM form")
    }
    configuration.certificateChain = chain.map { .certificate($0) }
  }

  private func certificates(
    _ material: Material
  ) throws(KubernetesError) -> [NIOSSLCertificate] {
    do {
      let found = try NIOSSLCertificate.fromPEMBytes(bytes(of: material))
      if !found.isEmpty { return found }
    } catch {}
    throw .configuration("\(material.source) holds no certificate in PEM form")
  }

  private func bytes(of material: Material) -> [UInt8] {
    switch material {
    case .file(let path): files[path]?.bytes ?? []
    case .bytes(let bytes, _): bytes
    }
  }
}

extension Material {
  /// The file's path; nil when the bytes are at hand.
  var path: String? {
    if case .file(let path) = self { path } else { nil }
  }
}
