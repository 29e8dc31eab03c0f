// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import NIOSSL
import SwiftASN1
import ValueTree
import X509

/// Who the other side must be, by its certificate (compatibility §5.3). Where both are given, one of
/// them is enough.
public struct PeerIdentity: Sendable, Hashable {
  /// Empty is none.
  public var commonName: String
  /// A URI among the alternative names, such as a SPIFFE ID; empty is none.
  public var uri: String

  public init(commonName: String, uri: String) {
    self.commonName = commonName
    self.uri = uri
  }

  /// What is wrong with a certificate that the authority has signed; nil if nothing is.
  public func problem(with certificate: NIOSSLCertificate?) -> String? {
    guard let certificate else { return "there is no certificate" }
    let names: (common: [String], uris: [String])
    do {
      names = try Self.names(in: Certificate(derEncoded: certificate.toDERBytes()))
    } catch {
      return "its certificate cannot be read: \(error)"
    }
    if !commonName.isEmpty, names.common.contains(commonName) { return nil }
    if !uri.isEmpty, names.uris.contains(uri) { return nil }
    var wanted: [String] = []
    if !commonName.isEmpty { wanted.append("the common name \(commonName.quoted)") }
    if !uri.isEmpty { wanted.append("the URI \(uri.quoted)") }
    let shown =
      names.common.map { "the common name \($0.quoted)" }
      + names.uris.map { "the URI \($0.quoted)" }
    return "its certificate must have \(wanted.joined(separator: " or ")), has "
      + (shown.isEmpty ? "neither" : shown.prefix(4).joined(separator: " and "))
  }

  private static func names(
    in certificate: Certificate
  ) throws -> (common: [String], uris: [String]) {
    let common = certificate.subject.flatMap { $0 }
      .filter { $0.type == .RDNAttributeType.commonName }
      .compactMap { String($0.value) }
    let alternatives = try certificate.extensions.subjectAlternativeNames
    let uris = (alternatives.map { Array($0) } ?? []).compactMap { name -> String? in
      if case .uniformResourceIdentifier(let uri) = name { uri } else { nil }
    }
    return (common, uris)
  }
}
