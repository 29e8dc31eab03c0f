// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
public import ValueTree

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

  /// What a server answered: nothing went wrong, or what did.
  public struct Answer: Sendable {
    public var errors: String
    public var isRefused: Bool { !errors.isEmpty }
  }

  public let folder: RigFolder
  public let port: UInt16
  private let etcd: EtcdServer
  private let process: ServerProcess
  private let kubectl: String

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
    while try outcome(["get", "--raw", "/readyz/poststarthook/crd-informer-synced"]).status != 0 {
      guard process.isRunning, ContinuousClock.now < end else {
        throw RigError("the custom resource server is not ready:\n\(process.lastWords())")
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  private func outcome(
    _ words: [String], input: String? = nil
  ) throws(RigError) -> RigCommand.Outcome {
    // Its own discovery is not there: everything is asked for by its path.
    try RigCommand.outcome(
      [kubectl, "--kubeconfig", folder.file("kubeconfig")] + words, input: input)
  }

  private func answer(_ words: [String], _ object: Value) throws(RigError) -> Answer {
    let outcome = try outcome(words + ["-f", "-"], input: JSON.encode(object))
    guard outcome.status != 0 else { return Answer(errors: "") }
    return Answer(errors: outcome.errors.isEmpty ? "\(outcome.status)" : outcome.errors)
  }

  /// Makes the object in a collection.
  public func create(_ object: Value, in path: String) throws(RigError) -> Answer {
    try answer(["create", "--raw", path], object)
  }

  /// Puts the object in the place of the one of that path.
  public func replace(_ path: String, with object: Value) throws(RigError) -> Answer {
    // It would ask for a description of all kinds, which is not there.
    try answer(["replace", "--validate=false", "--raw", path], object)
  }

  /// The object of that path; nil when there is none.
  public func get(_ path: String) throws(RigError) -> Value? {
    let outcome = try outcome(["get", "--raw", path])
    guard outcome.status == 0 else {
      guard outcome.errors.contains("NotFound") else { throw RigError(outcome.errors) }
      return nil
    }
    do {
      return try JSON.document(Array(outcome.output.utf8), file: path).value
    } catch {
      throw RigError("\(path): no JSON: \(error)")
    }
  }

  /// Asks for the end of an object.
  public func delete(_ path: String) throws(RigError) -> Answer {
    let outcome = try outcome(["delete", "--raw", path])
    return Answer(errors: outcome.status == 0 ? "" : outcome.errors)
  }

  private static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

  /// Puts definitions in, in the place of those of the same names, and waits until objects are
  /// judged by them.
  public func install(_ all: [Value]) async throws(RigError) {
    for definition in all {
      var new = definition
      let name = definition["metadata"]?["name"]?.string ?? ""
      let path = "\(Self.definitions)/\(name)"
      let answer: Answer
      if let old = try get(path) {
        // Whoever replaces says what is replaced.
        new["metadata"] = old["metadata"]
        answer = try replace(path, with: new)
      } else {
        answer = try create(new, in: Self.definitions)
      }
      if answer.isRefused { throw RigError("\(name): \(answer.errors)") }
    }
    let end = ContinuousClock.now + .seconds(60)
    for definition in all {
      let name = definition["metadata"]?["name"]?.string ?? ""
      while try !isServed(name) {
        guard ContinuousClock.now < end else { throw RigError("\(name) is not served") }
        try? await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  private func isServed(_ name: String) throws(RigError) -> Bool {
    let found = try get("\(Self.definitions)/\(name)")
    let conditions = found?["status"]?["conditions"]?.array ?? []
    return conditions.contains { $0["type"] == "Established" && $0["status"] == "True" }
  }

  /// Ends everything at once.
  public func shutDown() async {
    await process.kill()
    await etcd.kill()
  }
}
