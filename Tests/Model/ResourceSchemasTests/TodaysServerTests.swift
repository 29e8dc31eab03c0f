// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ResourceSchemas
import Resources
import StoreRig
import Testing
import ValidationCases
import ValueTree

extension Trait where Self == ConditionTrait {
  /// `make test-long` builds that server; `make test` uses it where it is built.
  fileprivate static var needsTodaysServer: Self {
    .enabled(
      if: DefinitionServer.program != nil,
      "no custom resource server of today in the cache: scripts/definition-server builds it")
  }
}

@Suite("Definitions in today's server", .serialized)
struct TodaysServerTests {
  private static func definitions(_ form: DefinitionForm) -> [Value] {
    CustomResource.all.map { $0.definition(form) }
  }

  /// The path of the kind's objects.
  private static func path(_ kind: Kind, _ namespace: String = "default") throws -> String {
    let resource = try #require(CustomResource.all.first { $0.kind == kind })
    let space = kind.isNamespaced ? "/namespaces/\(namespace)" : ""
    return "/apis/crd.projectcalico.org/v1\(space)/\(resource.plural)"
  }

  private static func object(
    _ kind: Kind, _ name: String, _ spec: Value
  ) throws -> Value {
    let resource = try #require(CustomResource.all.first { $0.kind == kind })
    var metadata: Value = ["name": .string(name)]
    if kind.isNamespaced { metadata["namespace"] = "default" }
    return [
      "apiVersion": "crd.projectcalico.org/v1", "kind": .string(resource.kindName),
      "metadata": metadata, "spec": spec,
    ]
  }

  /// The kinds whose objects these definitions keep.
  private static let kinds = Set(CustomResource.all.map(\.kind))

  @Test("objects get the same verdict as files", .needsTodaysServer)
  func verdicts() async throws {
    let server = try await DefinitionServer()
    let client = try DefinitionClient(server)
    try await client.install(Self.definitions(.functions))
    let cases = ValidationCase.all.filter { Self.kinds.contains($0.kind) }
    let others = Set(ValidationCase.all.map(\.kind)).subtracting(Self.kinds)
    #expect(others == [.node, .profile, .workloadEndpoint], "these are Kubernetes' own objects")
    for given in cases { try await Self.judge(given, client) }
    await client.close()
    await server.shutDown()
    let apart = Dictionary(grouping: cases.filter { $0.onlyInFiles != nil }) {
      $0.onlyInFiles ?? ""
    }
    // A reason that stands at many rows would be a kind of difference, not an exception.
    #expect(apart.values.reduce(0) { $0 + $1.count } <= cases.count / 30)
    print("\(cases.count) objects judged by files and by a server; these by files alone:")
    for (reason, rows) in apart.sorted(by: { $0.key < $1.key }) {
      print("  \(rows.count) x \(reason), such as \(rows.first?.description ?? "")")
    }
  }

  private static func judge(_ given: ValidationCase, _ client: DefinitionClient) async throws {
    let document = try #require(try YAML.documents(Array(given.yaml.utf8), file: "f").first)
    let resource = try #require(CustomResource.all.first { $0.kind == given.kind })
    var object = document.value
    object["apiVersion"] = "crd.projectcalico.org/v1"
    object["kind"] = .string(resource.kindName)
    let space = object["metadata"]?["namespace"]?.string ?? "ns"
    let answer = try await client.create(object, in: try path(given.kind, space), isTrial: true)
    var isValid = true
    if case .invalid = given.verdict { isValid = false }
    if given.onlyInFiles != nil { isValid.toggle() }
    guard !isValid else {
      #expect(!answer.isRefused, "\(given): \(answer.errors)")
      return
    }
    // The second is what is said of metadata that is of another type.
    #expect(
      answer.errors.contains("is invalid") || answer.errors.contains("cannot be handled as"),
      "\(given): \(answer.errors)")
  }

  @Test(
    "each form is let in, and the newest stops nobody who changes or ends what is stored",
    .needsTodaysServer)
  func upgrade() async throws {
    // The oldest that it can be: what it takes newer ones take too.
    let server = try await DefinitionServer(as: "1.33")
    let client = try DefinitionClient(server)
    try await client.install(Self.definitions(.structural))
    try await client.install(Self.definitions(.rules))
    for (index, item) in StoredCase.all.enumerated() {
      for name in ["old", "end"] {
        var object = try Self.object(item.kind, "\(name)-\(index)\(item.ending)", item.bad)
        object["metadata"]?["finalizers"] = ["example.org/test"]
        let answer = try await client.create(object, in: try Self.path(item.kind))
        try #require(!answer.isRefused, "\(item.kind) \(item.bad): \(answer.errors)")
      }
    }
    try await client.install(Self.definitions(.functions))
    try await waitForRules(client)
    for (index, item) in StoredCase.all.enumerated() { try await upgrade(item, index, client) }
    await client.close()
    await server.shutDown()
  }

  private func upgrade(_ item: StoredCase, _ index: Int, _ client: DefinitionClient) async throws {
    let collection = try Self.path(item.kind)
    let path = "\(collection)/old-\(index)\(item.ending)"
    let end = "\(collection)/end-\(index)\(item.ending)"
    func change(_ path: String, _ note: String, _ edit: (inout Value) -> Void) async throws
      -> DefinitionClient.Answer
    {
      var object = try #require(try await client.get(path), "\(note)")
      edit(&object)
      return try await client.replace(path, with: object)
    }
    func passes(_ note: String, _ edit: (inout Value) -> Void) async throws {
      let answer = try await change(path, note, edit)
      #expect(!answer.isRefused, "\(item.kind) \(index), \(note): \(answer.errors)")
    }
    #expect(Self.sorted(try await client.get(path)?["spec"]) == Self.sorted(item.bad))
    try await passes("a label") { $0["metadata"]?["labels"] = ["a": "b"] }
    try await passes("another field") { $0["spec"]?["future"] = "x" }
    let answer = try await change(path, "a second bad value") { $0["spec"] = item.worse }
    #expect(answer.errors.contains("is invalid"), "\(item.kind) \(index): \(answer.errors)")
    #expect(!(try await client.delete(path)).isRefused)
    try await passes("a label of what is ending") { $0["metadata"]?["labels"] = ["a": "c"] }
    try await passes("mending") { $0["spec"] = item.mended }
    #expect(Self.sorted(try await client.get(path)?["spec"]) == Self.sorted(item.mended))
    try await passes("its finalizer") { $0["metadata"]?["finalizers"] = [] }
    #expect(try await client.get(path) == nil)
    // What nobody mended ends too.
    #expect(!(try await client.delete(end)).isRefused)
    let ended = try await change(end, "its finalizer") { $0["metadata"]?["finalizers"] = [] }
    #expect(!ended.isRefused, "\(item.kind) \(index): \(ended.errors)")
    #expect(try await client.get(end) == nil)
  }

  /// The same value with its members in order: the server keeps none.
  private static func sorted(_ value: Value?) -> Value? {
    guard let value else { return nil }
    if let items = value.array { return .array(items.map { sorted($0) ?? .null }) }
    guard let members = value.members else { return value }
    return .object(
      members.sorted { $0.key < $1.key }.map { .init($0.key, sorted($0.value) ?? .null) })
  }

  /// Waits until the server judges by the newest form, which it does a moment after it has it.
  private func waitForRules(_ client: DefinitionClient) async throws {
    let end = ContinuousClock.now + .seconds(30)
    for item in StoredCase.all {
      let object = try Self.object(item.kind, "probe\(item.ending)", item.bad)
      let path = try Self.path(item.kind)
      while try await !client.create(object, in: path, isTrial: true).isRefused {
        try #require(ContinuousClock.now < end, "\(item.kind) \(item.bad)")
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }
}
