// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import GRPCNIOTransportHTTP2Posix
import Glibc
import HostSystem
import NIOSSL

/// Makes of the options what a connection needs for TLS, and says what is wrong with them by the
/// names that people gave them.
struct TransportSecurity: Sendable {
  typealias Security = HTTP2ClientTransport.Posix.TransportSecurity
  typealias PEM = EtcdDatastore.Options.PEM

  private static let fileLimit = 1 << 20
  private static let certificate = Name(variable: "ETCD_CERT", field: "etcdCert")
  private static let key = Name(variable: "ETCD_KEY", field: "etcdKey")
  private static let authority = Name(variable: "ETCD_CA_CERT", field: "etcdCACert")

  private var options: EtcdDatastore.Options

  init(_ options: EtcdDatastore.Options) { self.options = options }

  /// Whether any of it was given, so that an endpoint without a scheme means https.
  var isGiven: Bool {
    options.certificate != nil || options.key != nil || options.authority != nil
  }

  /// What a new connection to the endpoint uses, read from the files as they are now.
  ///
  /// Errors: `failed` when something is missing, cannot be read, is no PEM or does not fit.
  func security(for endpoint: EtcdEndpoint) throws(DatastoreError) -> Security {
    guard endpoint.isSecure else { return .plaintext }
    var tls = Security.TLS.defaults
    if let authority = options.authority {
      let bytes = try Self.bytes(authority, Self.authority)
      do {
        guard try !NIOSSLCertificate.fromPEMBytes(bytes).isEmpty else {
          throw NIOSSLError.noCertificateToValidate
        }
      } catch {
        throw Self.authority.failure(authority, "holds no certificate in PEM")
      }
      tls.trustRoots = .certificates([.bytes(bytes, format: .pem)])
    }
    switch (options.certificate, options.key) {
    case (nil, nil): break
    case (let certificate?, let key?): try Self.add(certificate, key, to: &tls)
    case (_?, nil):
      throw .failed("\(Self.certificate) is set without \(Self.key): a client needs both")
    case (nil, _?):
      throw .failed("\(Self.key) is set without \(Self.certificate): a client needs both")
    }
    return .tls(tls)
  }

  private static func add(
    _ certificate: PEM, _ key: PEM, to tls: inout Security.TLS
  ) throws(DatastoreError) {
    let chain = try bytes(certificate, Self.certificate)
    let secret = try bytes(key, Self.key)
    do {
      guard try !NIOSSLCertificate.fromPEMBytes(chain).isEmpty else {
        throw NIOSSLError.noCertificateToValidate
      }
    } catch {
      throw Self.certificate.failure(certificate, "holds no certificate in PEM")
    }
    do {
      _ = try NIOSSLPrivateKey(bytes: secret, format: .pem)
    } catch {
      throw Self.key.failure(key, "holds no private key in PEM, or one that needs a passphrase")
    }
    tls.certificateChain = [.bytes(chain, format: .pem)]
    tls.privateKey = .bytes(secret, format: .pem)
  }

  private static func bytes(_ source: PEM, _ name: Name) throws(DatastoreError) -> [UInt8] {
    switch source {
    case .text(let text): return Array(text.utf8)
    case .file(let path):
      do throws(SmallFile.Failure) {
        return try SmallFile.read(path, limit: fileLimit)
      } catch {
        throw name.failure(source, "\(error)")
      }
    }
  }

  /// What people call a part of the configuration.
  private struct Name: CustomStringConvertible {
    var variable: String
    var field: String

    var description: String { "\(variable)_FILE (\(field)File) or \(field)" }

    func failure(_ source: PEM, _ reason: String) -> DatastoreError {
      switch source {
      case .file(let path): .failed("\(variable)_FILE (\(field)File): \(path): \(reason)")
      case .text: .failed("\(field): the text \(reason)")
      }
    }
  }
}
