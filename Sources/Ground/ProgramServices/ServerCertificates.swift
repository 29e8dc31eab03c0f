// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// What a server shows and whom it believes, by its files as they are now: whoever renews
/// certificates replaces them while the server runs.
final class ServerCertificates: Sendable {
  private struct State {
    var certificate: WatchedFile
    var key: WatchedFile
    var authority: WatchedFile?
    /// What was made of them last.
    var context: NIOSSLContext?
  }

  private let tls: ServerTLS
  private let log: Logger
  private let state: Mutex<State>

  init(_ tls: ServerTLS, log: Logger) {
    self.tls = tls
    self.log = log
    state = Mutex(
      State(
        certificate: WatchedFile(tls.certificate.path), key: WatchedFile(tls.key.path),
        authority: tls.authority.map { WatchedFile($0.path) }))
  }

  /// What the next connection is to have. It reads files where they have changed, and may wait for
  /// them. New ones that are of no use, as when only one of two has been replaced yet, are said, and
  /// the old ones stay.
  ///
  /// Errors: a file that cannot be used, and never could.
  func context() throws(ServerTLSError) -> NIOSSLContext {
    try state.withLock { state throws(ServerTLSError) in
      let isNew = try refresh(&state)
      if let old = state.context, !isNew { return old }
      do throws(ServerTLSError) {
        let new = try make(state)
        state.context = new
        return new
      } catch {
        guard let old = state.context else { throw error }
        log.warning("\(error); what was read before stays in use")
        return old
      }
    }
  }

  /// The handler of one connection.
  func handler(_ context: NIOSSLContext) -> NIOSSLServerHandler {
    switch tls.clientAuth {
    case .none, .verifyIfGiven, .requireAndVerify: NIOSSLServerHandler(context: context)
    // The client has proved that the certificate is its own; whose it is does not matter.
    case .request, .requireAny:
      NIOSSLServerHandler(
        context: context, customVerificationCallback: { $1.succeed(.certificateVerified) })
    }
  }

  /// Whether any file is another one than before.
  private func refresh(_ state: inout State) throws(ServerTLSError) -> Bool {
    var isNew = try refresh(&state.certificate, tls.certificate)
    if try refresh(&state.key, tls.key) { isNew = true }
    if var authority = state.authority, let file = tls.authority {
      if try refresh(&authority, file) { isNew = true }
      state.authority = authority
    }
    return isNew
  }

  private func refresh(
    _ watched: inout WatchedFile, _ file: ServerTLS.File
  ) throws(ServerTLSError) -> Bool {
    do throws(SmallFile.Failure) {
      return try watched.refresh()
    } catch {
      throw ServerTLSError("\(file): \(error)")
    }
  }

  private func make(_ state: State) throws(ServerTLSError) -> NIOSSLContext {
    let chain = try certificates(state.certificate, tls.certificate)
    let key: NIOSSLPrivateKey
    do {
      key = try NIOSSLPrivateKey(bytes: state.key.bytes, format: .pem)
    } catch {
      throw ServerTLSError(
        "\(tls.key): holds no private key in PEM, or one that needs a passphrase")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    // How long is waited for a client's own farewell.
    configuration.shutdownTimeout = .seconds(1)
    configuration.certificateVerification =
      switch tls.clientAuth {
      case .none: .none
      case .request, .verifyIfGiven: .optionalVerification
      case .requireAny, .requireAndVerify: .noHostnameVerification
      }
    // Never the system's own authorities.
    configuration.trustRoots = .certificates([])
    if let authority = state.authority, let file = tls.authority {
      configuration.trustRoots = .certificates(try certificates(authority, file))
    }
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw ServerTLSError(
        "\(tls.key): is not the key of the first certificate in \(tls.certificate) (\(error))")
    }
  }

  private func certificates(
    _ watched: WatchedFile, _ file: ServerTLS.File
  ) throws(ServerTLSError) -> [NIOSSLCertificate] {
    let found = try? NIOSSLCertificate.fromPEMBytes(watched.bytes)
    guard let found, !found.isEmpty else {
      throw ServerTLSError("\(file): holds no certificate in PEM")
    }
    return found
  }
}
