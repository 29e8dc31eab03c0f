// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

extension KubernetesServer {
  /// Runs kubectl, and gives how it ended.
  ///
  /// - Parameters:
  ///   - user: in whose name.
  ///   - token: whether with the user's token, not the certificate.
  ///   - input: what it reads from standard input.
  public func outcome(
    _ words: [String], as user: KubernetesUser = .administrator, token: Bool = false,
    input: String? = nil
  ) throws(RigError) -> RigCommand.Outcome {
    try RigCommand.outcome(
      options.place.command(
        [
          programs.kubectl, "--kubeconfig", kubeconfigFile(of: user, token: token), "--cache-dir",
          folder.file("kubectl-cache"),
        ] + words), input: input)
  }

  /// Runs kubectl, which must succeed, and gives what it wrote.
  @discardableResult
  public func kubectl(
    _ words: String..., as user: KubernetesUser = .administrator, input: String? = nil
  ) throws(RigError) -> String {
    let outcome = try outcome(words, as: user, input: input)
    guard outcome.status == 0 else {
      throw RigError(
        "kubectl \(words.joined(separator: " ")) ended with \(outcome.status): "
          + outcome.output + outcome.errors)
    }
    return outcome.output
  }

  /// Applies the documents of a manifest.
  public func apply(_ manifest: String) throws(RigError) {
    try kubectl("apply", "-f", "-", input: manifest)
  }

  /// Applies objects.
  public func apply(_ objects: Value...) throws(RigError) {
    try apply(YAML.encode(documents: objects))
  }

  /// Reads what kubectl would show as JSON: an object or a list.
  public func get(_ words: String...) throws(RigError) -> Value {
    try json(["get"] + words + ["-o", "json"])
  }

  /// Reads what the server answers at a path.
  public func raw(_ path: String) throws(RigError) -> Value {
    try json(["get", "--raw", path])
  }

  private func json(_ words: [String]) throws(RigError) -> Value {
    let outcome = try outcome(words)
    let command = "kubectl \(words.joined(separator: " "))"
    guard outcome.status == 0 else { throw RigError("\(command): \(outcome.errors)") }
    do {
      return try JSON.document(Array(outcome.output.utf8), file: "kubectl").value
    } catch {
      throw RigError("\(command) wrote no JSON: \(error)")
    }
  }

  /// Makes a namespace and waits until pods can be made in it: it has its service account then, and
  /// that has its token.
  public func makeNamespace(
    _ name: String, labels: [String: String] = [:]
  ) async throws(RigError) {
    let sorted = labels.sorted { $0.key < $1.key }
    try apply([
      "apiVersion": "v1", "kind": "Namespace",
      "metadata": [
        "name": .string(name),
        "labels": .object(sorted.map { .init($0.key, .string($0.value)) }),
      ],
    ])
    guard options.runsControllers else { return }
    let end = ContinuousClock.now + .seconds(60)
    while true {
      let found = try outcome([
        "get", "serviceaccount", "default", "-n", name, "-o", "jsonpath={.secrets[*].name}",
      ])
      if found.status == 0, !found.output.isEmpty { return }
      guard ContinuousClock.now < end else {
        throw RigError("namespace \(name) has no service account: \(found.errors)")
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
  }
}
