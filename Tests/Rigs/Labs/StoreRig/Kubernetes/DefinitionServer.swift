// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import ValueTree

/// A custom resource server of today's Kubernetes on 127.0.0.1, with an etcd of its own. It takes
/// definitions and their objects as a current API server does, and knows nothing else: no pods, no
/// nodes, no namespaces.
///
/// Nothing of it is left when the object goes, nor when this process ends in whatever way.
public final class DefinitionServer: Sendable {
  /// The program that `scripts/definition-server` built; nil where it did not.
  public static var program: String? {
    let cache = getenv("CALICO_CACHE_DIR").map { String(cString: $0) } ?? ""
    let path =
      (cache.isEmpty ? "/var/cache/calico-in-swift" : cache)
      + "/apiextensions-apiserver-1.36/apiextensions-apiserver"
    return access(path, X_OK) == 0 ? path : nil
  }

  public let folder: RigFolder
  public let port: UInt16
  private let etcd: EtcdServer
  private let process: ServerProcess
  private let kubectl: String

  /// The file that says how to reach it. Its own discovery is not there: everything is asked for by
  /// its path.
  public var kubeconfig: String { folder.file("kubeconfig") }

  /// Starts a server and waits until it is ready.
  ///
  /// - Parameter version: the version as which it judges, back to 1.33; nil is its own.
  ///
  /// Errors: the programs are missing, or a server does not come up; with the last lines of its log.
  public init(as version: String? = nil) async throws(RigError) {
    guard let program = Self.program else {
      throw RigError("there is no custom resource server: run scripts/definition-server")
    }
    kubectl = try KubernetesPrograms().kubectl
    folder = try RigFolder("definitions")
    let authority = try CertificateAuthority(in: folder)
    let serving = try authority.issue("server", to: .init("server", hosts: ["127.0.0.1"]))
    let administrator = try authority.issue(
      "administrator", to: .init("administrator", organizations: ["system:masters"]))
    port = try RigPort.free()
    etcd = try await EtcdServer.start()
    // It asks an API server who its clients are and what they may do, unless a certificate says
    // that they may do everything. So it is told to ask itself, and never does.
    let configuration = try folder.write(
      YAML.encode(Self.kubeconfig(port, authority, administrator)), to: "kubeconfig")
    process = try ServerProcess(
      ServerProcess.Command(
        [
          program, "--etcd-servers=\(etcd.endpoint)", "--bind-address=127.0.0.1",
          "--secure-port=\(port)", "--tls-cert-file=\(serving.certificateFile)",
          "--tls-private-key-file=\(serving.keyFile)",
          "--client-ca-file=\(authority.certificateFile)", "--kubeconfig=\(configuration)",
          "--authentication-kubeconfig=\(configuration)",
          "--authorization-kubeconfig=\(configuration)", "--authentication-skip-lookup",
          "--enable-priority-and-fairness=false",
          "--disable-admission-plugins=NamespaceLifecycle,MutatingAdmissionWebhook,"
            + "ValidatingAdmissionWebhook,ValidatingAdmissionPolicy,MutatingAdmissionPolicy",
        ] + Self.flags(of: version), log: folder.file("log"), folder: folder.path))
    try await waitUntilReady()
  }

  private static func flags(of version: String?) -> [String] {
    version.map { ["--emulated-version=\($0)", "--min-compatibility-version=\($0)"] } ?? []
  }

  private static func kubeconfig(
    _ port: UInt16, _ authority: CertificateAuthority, _ user: CertificateAuthority.Pair
  ) -> Value {
    [
      "apiVersion": "v1", "kind": "Config",
      "clusters": [
        [
          "name": "rig",
          "cluster": [
            "server": .string("https://127.0.0.1:\(port)"),
            "certificate-authority": .string(authority.certificateFile),
          ],
        ]
      ],
      "users": [
        [
          "name": "rig",
          "user": [
            "client-certificate": .string(user.certificateFile),
            "client-key": .string(user.keyFile),
          ],
        ]
      ],
      "contexts": [["name": "rig", "context": ["cluster": "rig", "user": "rig"]]],
      "current-context": "rig",
    ]
  }

  private func waitUntilReady() async throws(RigError) {
    let end = ContinuousClock.now + .seconds(120)
    // Not /readyz, which waits for kinds that this server does not have.
    let ready = "/readyz/poststarthook/crd-informer-synced"
    while try RigCommand.outcome(
      [kubectl, "--kubeconfig", kubeconfig, "get", "--raw", ready], input: nil
    ).status != 0 {
      guard process.isRunning, ContinuousClock.now < end else {
        throw RigError("the custom resource server is not ready:\n\(process.lastWords())")
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Ends everything at once.
  public func shutDown() async {
    await process.kill()
    await etcd.kill()
  }
}
