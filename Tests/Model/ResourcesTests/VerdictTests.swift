// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValidationCases
import ValueTree

@Suite("Verdicts")
struct VerdictTests {
  @Test("a file is judged as Calico judges it", arguments: ValidationCases.ValidationCase.all)
  func files(_ given: ValidationCases.ValidationCase) throws {
    let problems = complaints(given.yaml)
    switch given.verdict {
    case .valid: #expect(problems == [])
    case .invalid(let fragment):
      #expect(problems.contains { $0.contains(fragment) }, "\(problems)")
    case .stored(let text):
      #expect(problems == [])
      var resource = try #require(try read(given.yaml).first)
      resource.applyDefaults()
      let spec = try #require(resource.encode()["spec"])
      let wanted = try #require(try YAML.documents(Array("{\(text)}".utf8), file: "f").first)
      for member in try #require(wanted.value.members) {
        #expect(spec[member.key] == member.value, "\(member.key)")
      }
    }
  }

  @Test("there are rows of every kind that people write, refused ones among them")
  func rows() {
    let all = ValidationCases.ValidationCase.all
    #expect(all.count >= 300)
    for kind in Kind.allCases where kind.isUserVisible {
      let verdicts = all.filter { $0.kind == kind }.map(\.verdict)
      #expect(
        verdicts.contains(.valid)
          || verdicts.contains { if case .stored = $0 { true } else { false } }, "\(kind)")
      #expect(verdicts.contains { if case .invalid = $0 { true } else { false } }, "\(kind)")
    }
  }

  @Test("what is stored against the rules is read, and what it cannot be read as is kept")
  func stored() throws {
    for given in ValidationCases.ValidationCase.all {
      guard case .invalid = given.verdict else { continue }
      let document = try #require(try YAML.documents(Array(given.yaml.utf8), file: "f").first)
      let found = try ResourceDocument.decodeStored(document.value, kind: given.kind)
      // A rule whose action cannot be read never allows.
      if let policy = found.resource as? any PolicyResource {
        let texts = (document.value["spec"]?["ingress"]?.array ?? []).map { $0["action"]?.string }
        for (rule, text) in zip(policy.spec.ingress, texts) where text != "Allow" {
          #expect(rule.action != .allow, "\(given)")
        }
      }
      // Written back it says what it said, whatever could not be read.
      let again = found.resource.encode()
      for member in document.value["spec"]?.members ?? [] where !member.value.isNull {
        let isBlank = member.value.members?.isEmpty ?? member.value.array?.isEmpty ?? false
        guard !isBlank, member.value.string != "" else { continue }
        #expect(again["spec"]?[member.key] != nil, "\(given): \(member.key)")
      }
    }
  }

  @Test("a field's name in other letters is read, and the right one is told")
  func otherCase() throws {
    let yaml = """
      apiVersion: projectcalico.org/v3
      kind: GlobalNetworkPolicy
      metadata: {name: x}
      spec:
        Order: 3
        ingress: [{Action: Allow}]

      """
    let document = try #require(try YAML.documents(Array(yaml.utf8), file: "f.yaml").first)
    let (resources, warnings) = try ResourceDocument.decodeAllWithWarnings(document)
    let policy = try #require(resources.first as? GlobalNetworkPolicy)
    #expect(policy.spec.order == 3)
    #expect(policy.spec.ingress.map(\.action) == [.allow])
    #expect(
      warnings.description == """
        f.yaml:5:3: spec.Order: is read as order, which is how it is written
        f.yaml:6:14: spec.ingress[0].Action: is read as action, which is how it is written
        """)
  }

  @Test("warnings leave room for what is wrong")
  func manyWarnings() throws {
    let rules = Array(repeating: "{Action: Allow}", count: 200).joined(separator: ", ")
    let problems = complaints(
      """
      apiVersion: projectcalico.org/v3
      kind: GlobalNetworkPolicy
      metadata: {name: x}
      spec: {ingress: [\(rules)], order: high}

      """)
    #expect(problems.count == 1)
    #expect(problems.first?.contains("spec.order") == true)
  }

  /// Else one of two fields could be read as the other.
  @Test("no object has two fields whose names differ in case only", arguments: Kind.allCases)
  func names(_ kind: Kind) {
    func check(_ schema: Value) {
      let names = (schema["properties"]?.members ?? []).map { $0.key.lowercased() }
      #expect(Set(names).count == names.count, "\(names)")
      for member in schema["properties"]?.members ?? [] { check(member.value) }
      if let items = schema["items"] { check(items) }
    }
    check(kind.type.schema)
  }
}
