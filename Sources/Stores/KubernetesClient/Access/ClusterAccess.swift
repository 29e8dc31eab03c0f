// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How to reach the API of one cluster, and as whom.
package struct ClusterAccess: Sendable {
  /// `https://host:port`, with a path where the API is not at the root.
  package var server: String
  /// Who signs the server's certificate; nil is the system's authorities.
  package var authority: Material?
  /// The name in the server's certificate, where it is not that of the URL.
  package var serverName: String?
  /// Whether anybody may pose as the server.
  package var skipsVerification = false
  /// The client's certificate and key.
  package var certificate: (chain: Material, key: Material)?
  package var bearer: Bearer?
  /// Where this was found, for messages.
  package var origin: String

  package init(server: String, origin: String) {
    self.server = server
    self.origin = origin
  }

  /// What proves who we are, besides or instead of a certificate.
  package enum Bearer: Sendable {
    case token(String)
    /// Read again when the file changes.
    case tokenFile(String)
    case password(user: String, password: String)
    case program(CredentialProgram)
  }
}

/// Certificates or a key, in a file or at hand.
package enum Material: Sendable, Hashable {
  /// Read again when the file changes.
  case file(String)
  case bytes([UInt8], source: String)

  /// What to call it in messages.
  var source: String {
    switch self {
    case .file(let path): path
    case .bytes(_, let source): source
    }
  }
}

/// A program that gives out credentials: the `exec` of a kubeconfig.
package struct CredentialProgram: Sendable, Hashable {
  package var apiVersion: String
  package var command: String
  package var arguments: [String] = []
  package var environment: [String: String] = [:]
  /// What people should do when the program is missing.
  package var installHint = ""
  /// Whether it is told about the cluster.
  package var wantsCluster = false

  package init(apiVersion: String, command: String) {
    self.apiVersion = apiVersion
    self.command = command
  }
}
