// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import KubernetesModel
import ValueTree

/// What a credential program answered.
struct ProgramCredentials: Sendable {
  var token: String?
  var certificate: (chain: [UInt8], key: [UInt8])?
  /// Seconds since 1970; nil: until the server refuses them.
  var expiry: Int64?

  /// Reads an `ExecCredential`.
  ///
  /// Errors: `configuration`. The answer itself is never part of the message.
  init(_ output: [UInt8], of program: CredentialProgram) throws(KubernetesError) {
    func wrong(_ text: String) -> KubernetesError {
      .configuration("the answer of the credential program \(program.command) \(text)")
    }
    guard let value = try? JSON.parse(output), value["kind"]?.string == "ExecCredential" else {
      throw wrong("is no ExecCredential")
    }
    guard value["apiVersion"]?.string == program.apiVersion else {
      throw wrong("is not of the apiVersion \(program.apiVersion) that the kubeconfig names")
    }
    guard let status = value["status"], status.members != nil else {
      throw wrong("has no status")
    }
    token = status["token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    let chain = status["clientCertificateData"]?.string ?? ""
    let key = status["clientKeyData"]?.string ?? ""
    guard chain.isEmpty == key.isEmpty else {
      throw wrong("has one of clientCertificateData and clientKeyData without the other")
    }
    if !chain.isEmpty { certificate = (Array(chain.utf8), Array(key.utf8)) }
    if token == nil, certificate == nil { throw wrong("has neither a token nor a certificate") }
    if let text = status["expirationTimestamp"]?.string {
      guard let seconds = UTCTime.seconds(text) else {
        throw wrong("has an expirationTimestamp that is no time of RFC 3339")
      }
      expiry = seconds
    }
  }

  /// What a program is told: that it cannot ask people, and about the cluster if it wants to know.
  static func information(for program: CredentialProgram, _ access: ClusterAccess) -> String {
    var spec: Value = ["interactive": false]
    if program.wantsCluster {
      var cluster: Value = ["server": .string(access.server)]
      if let name = access.serverName { cluster["tls-server-name"] = .string(name) }
      if access.skipsVerification { cluster["insecure-skip-tls-verify"] = true }
      let authority: [UInt8]? =
        switch access.authority {
        case .file(let path): try? SmallFile.read(path, limit: 1 << 20)
        case .bytes(let bytes, _): bytes
        case nil: nil
        }
      if let authority {
        cluster["certificate-authority-data"] = .string(Base64.encode(authority))
      }
      spec["cluster"] = cluster
    }
    return JSON.encode([
      "apiVersion": .string(program.apiVersion), "kind": "ExecCredential", "spec": spec,
    ])
  }
}
