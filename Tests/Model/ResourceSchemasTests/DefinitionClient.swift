// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import StoreRig
import Testing
import ValueTree

/// Asks a custom resource server over connections that stay open: a program for each of thousands
/// of requests would take minutes.
struct DefinitionClient {
  private let client: KubernetesClient

  init(_ server: DefinitionServer) throws {
    client = try KubernetesClient(try .kubeconfig(file: server.kubeconfig))
  }

  func close() async { await client.close() }

  /// What a server answered: nothing went wrong, or what did.
  struct Answer {
    var errors = ""
    var isRefused: Bool { !errors.isEmpty }
  }

  private func send(
    _ method: KubernetesRequest.Method, _ path: String, _ body: Value? = nil,
    isTrial: Bool = false
  ) async throws -> Answer {
    var request = KubernetesRequest(method, path)
    if let body { request.body = Array(JSON.encode(body).utf8) }
    if isTrial { request.query = [("dryRun", "All")] }
    do {
      _ = try await client.send(request)
      return Answer()
    } catch .status(let status) {
      return Answer(errors: status.message.isEmpty ? "\(status.code)" : status.message)
    }
  }

  /// Makes the object in a collection; as a trial it is judged, and nothing is stored.
  func create(_ object: Value, in path: String, isTrial: Bool = false) async throws -> Answer {
    try await send(.post, path, object, isTrial: isTrial)
  }

  /// Puts the object in the place of the one of that path.
  func replace(_ path: String, with object: Value) async throws -> Answer {
    try await send(.put, path, object)
  }

  /// Asks for the end of an object.
  func delete(_ path: String) async throws -> Answer { try await send(.delete, path) }

  /// The object of that path; nil when there is none.
  func get(_ path: String) async throws -> Value? {
    do {
      let bytes = try await client.send(KubernetesRequest(.get, path))
      return try JSON.document(bytes, file: path).value
    } catch let error as KubernetesError where error.status?.code == 404 {
      return nil
    }
  }

  private static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

  /// Puts definitions in, in the place of those of the same names, and waits until they are served.
  func install(_ all: [Value]) async throws {
    for definition in all {
      var new = definition
      let name = definition["metadata"]?["name"]?.string ?? ""
      let path = "\(Self.definitions)/\(name)"
      let answer: Answer
      if let old = try await get(path) {
        // Whoever replaces says what is replaced.
        new["metadata"] = old["metadata"]
        answer = try await replace(path, with: new)
      } else {
        answer = try await create(new, in: Self.definitions)
      }
      try #require(!answer.isRefused, "\(name): \(answer.errors)")
    }
    let end = ContinuousClock.now + .seconds(60)
    for definition in all {
      let name = definition["metadata"]?["name"]?.string ?? ""
      while try await !isServed(name) {
        try #require(ContinuousClock.now < end, "\(name) is not served")
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  private func isServed(_ name: String) async throws -> Bool {
    let found = try await get("\(Self.definitions)/\(name)")
    let conditions = found?["status"]?["conditions"]?.array ?? []
    return conditions.contains { $0["type"] == "Established" && $0["status"] == "True" }
  }
}
