// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ResourceSchemas
import Resources
import StoreRig
import Testing
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
  private static func path(_ kind: Kind) throws -> String {
    let resource = try #require(CustomResource.all.first { $0.kind == kind })
    let space = kind.isNamespaced ? "/namespaces/default" : ""
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

  /// What is wrong with the object in a file.
  private static func problems(_ item: DefinitionCase) -> [String] {
    do {
      _ = try ResourceDocument.decode(
        Document(value: [
          "apiVersion": "projectcalico.org/v3", "kind": .string(item.kind.rawValue),
          "metadata": ["name": .string(item.name)], "spec": item.spec,
        ]))
      return []
    } catch {
      return error.problems.map(\.message)
    }
  }

  @Test("files get the verdict that the table says", arguments: DefinitionCase.all)
  func files(item: DefinitionCase) {
    let problems = Self.problems(item)
    #expect(problems.isEmpty == item.isValid, "\(problems)")
  }

  @Test("objects get the same verdict as files", .needsTodaysServer)
  func verdicts() async throws {
    let server = try await DefinitionServer()
    try await server.install(Self.definitions(.functions))
    // Most of the time goes into kubectl, which keeps one core busy.
    let all = DefinitionCase.all
    let halves = [all.prefix(all.count / 2), all.dropFirst(all.count / 2)]
    try await withThrowingTaskGroup { group in
      for half in halves {
        group.addTask { for item in half { try Self.judge(item, server) } }
      }
      try await group.waitForAll()
    }
    await server.shutDown()
  }

  private static func judge(_ item: DefinitionCase, _ server: DefinitionServer) throws {
    let answer = try server.create(
      try object(item.kind, item.name, item.spec), in: try path(item.kind) + "?dryRun=All")
    if item.isValid || item.onlyInPrograms != nil {
      #expect(!answer.isRefused, "\(item.testDescription): \(answer.errors)")
    } else {
      #expect(answer.errors.contains("is invalid"), "\(item.testDescription): \(answer.errors)")
    }
  }

  /// What an older form let in, how it is mended, and what is as bad again.
  private static let stored: [(kind: Kind, bad: Value, mended: Value, worse: Value)] = [
    (
      .ipPool, ["cidr": "10.3.0.0/99"], ["cidr": "10.3.0.0/16"],
      ["cidr": "10.3.0.0/99", "nodeSelector": "global()"]
    ),
    (
      .ipPool, ["cidr": "10.0.0.1/16"], ["cidr": "10.0.0.0/16"],
      ["cidr": "10.0.0.1/16", "nodeSelector": "global()"]
    ),
    (
      .ipPool, ["cidr": "10.0.0.0/28"], ["cidr": "10.0.0.0/28", "disabled": true],
      ["cidr": "10.0.0.0/28", "nodeSelector": "global()"]
    ),
    (
      .networkPolicy, ["ingress": [["action": "Allow", "destination": ["ports": [80]]]]],
      [
        "ingress": [["action": "Allow", "protocol": "TCP", "destination": ["ports": [80]]]]
      ],
      [
        "ingress": [["action": "Allow", "destination": ["ports": [80]]]],
        "egress": [["action": "Allow", "destination": ["ports": [80]]]],
      ]
    ),
    (
      .globalNetworkPolicy,
      ["ingress": [["action": "Allow", "source": ["nets": ["10.0.0.0/99"]]]]],
      ["ingress": [["action": "Allow", "source": ["nets": ["10.0.0.0/9"]]]]],
      [
        "ingress": [["action": "Allow", "source": ["nets": ["10.0.0.0/99"]]]],
        "selector": "global()",
      ]
    ),
    (
      .bgpPeer, ["peerIP": "fd00::1", "reachableBy": "10.0.0.1"],
      ["peerIP": "fd00::1", "reachableBy": "fd00::2"],
      ["peerIP": "fd00::1", "reachableBy": "10.0.0.1", "nodeSelector": "global()"]
    ),
    (
      .globalNetworkSet, ["nets": ["10.0.0.0/99", "10.0.0.1"]], ["nets": ["10.0.0.1"]],
      ["nets": ["10.0.0.0/99", "10.0.0.1", "10.0.0.0/98"]]
    ),
    (
      .hostEndpoint, ["node": "n", "expectedIPs": ["host"]],
      ["node": "n", "expectedIPs": ["10.0.0.1"]],
      ["node": "n", "expectedIPs": ["host"], "interfaceName": "eth 0"]
    ),
    (
      .tier, ["order": 5], ["order": 6],
      ["order": 5, "defaultAction": "Perhaps"]
    ),
  ]

  /// Names of what is mended and of what is ended as it is; for a tier ones that the newest form
  /// refuses and that nobody can change.
  private static func names(_ kind: Kind, _ index: Int) -> (mended: String, ended: String) {
    kind == .tier ? ("old.tier", "end.tier") : ("old-\(index)", "end-\(index)")
  }

  @Test(
    "each form is let in, and the newest stops nobody who changes or ends what is stored",
    .needsTodaysServer)
  func upgrade() async throws {
    // The oldest that it can be: what it takes newer ones take too.
    let server = try await DefinitionServer(as: "1.33")
    try await server.install(Self.definitions(.structural))
    try await server.install(Self.definitions(.rules))
    for (index, item) in Self.stored.enumerated() {
      let names = Self.names(item.kind, index)
      for name in [names.mended, names.ended] {
        var object = try Self.object(item.kind, name, item.bad)
        object["metadata"]?["finalizers"] = ["example.org/test"]
        let answer = try server.create(object, in: try Self.path(item.kind))
        try #require(!answer.isRefused, "\(item.kind) \(item.bad): \(answer.errors)")
      }
    }
    try await server.install(Self.definitions(.functions))
    try await waitForRules(server)
    for (index, item) in Self.stored.enumerated() {
      let collection = try Self.path(item.kind)
      let names = Self.names(item.kind, index)
      let (path, end) = ("\(collection)/\(names.mended)", "\(collection)/\(names.ended)")
      func change(_ path: String, _ note: String, _ edit: (inout Value) -> Void) throws
        -> DefinitionServer.Answer
      {
        var object = try #require(try server.get(path), "\(note)")
        edit(&object)
        return try server.replace(path, with: object)
      }
      func passes(_ note: String, _ edit: (inout Value) -> Void) throws {
        let answer = try change(path, note, edit)
        #expect(!answer.isRefused, "\(item.kind) \(index), \(note): \(answer.errors)")
      }
      #expect(Self.sorted(try server.get(path)?["spec"]) == Self.sorted(item.bad))
      try passes("a label") { $0["metadata"]?["labels"] = ["a": "b"] }
      try passes("another field") { $0["spec"]?["future"] = "x" }
      let answer = try change(path, "a second bad value") { $0["spec"] = item.worse }
      #expect(answer.errors.contains("is invalid"), "\(item.kind) \(index): \(answer.errors)")
      #expect(!(try server.delete(path)).isRefused)
      try passes("a label of what is ending") { $0["metadata"]?["labels"] = ["a": "c"] }
      try passes("mending") { $0["spec"] = item.mended }
      #expect(Self.sorted(try server.get(path)?["spec"]) == Self.sorted(item.mended))
      try passes("its finalizer") { $0["metadata"]?["finalizers"] = [] }
      #expect(try server.get(path) == nil)
      // What nobody mended ends too.
      #expect(!(try server.delete(end)).isRefused)
      let ended = try change(end, "its finalizer") { $0["metadata"]?["finalizers"] = [] }
      #expect(!ended.isRefused, "\(item.kind) \(index): \(ended.errors)")
      #expect(try server.get(end) == nil)
    }
    await server.shutDown()
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
  private func waitForRules(_ server: DefinitionServer) async throws {
    let end = ContinuousClock.now + .seconds(30)
    for item in Self.stored {
      let object = try Self.object(item.kind, item.kind == .tier ? "a.b" : "probe", item.bad)
      let path = try Self.path(item.kind) + "?dryRun=All"
      while try !server.create(object, in: path).isRefused {
        try #require(ContinuousClock.now < end, "\(item.kind) \(item.bad)")
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }
}
