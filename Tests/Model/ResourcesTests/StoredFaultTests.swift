// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValidationCases
import ValueTree

@Suite("Faults of what is stored")
struct StoredFaultTests {
  private func stored(_ given: ValidationCases.ValidationCase) throws -> StoredResource {
    let document = try #require(try YAML.documents(Array(given.yaml.utf8), file: "f").first)
    return try ResourceDocument.decodeStored(document.value, kind: given.kind)
  }

  @Test(
    "are those that a file is refused for", arguments: ValidationCases.ValidationCase.all)
  func verdicts(_ given: ValidationCases.ValidationCase) throws {
    let stored = try stored(given)
    let faults = stored.resource.faults()
    guard case .invalid(let fragment) = given.verdict else {
      #expect(faults == [])
      return
    }
    // Fields that are not known are kept and named as such; a list without anything in it is stored
    // as none; what is required and not there, whoever reads it says.
    let refusals = complaints(given.yaml).filter { $0.contains(fragment) }
    let isOfForm = refusals.contains {
      $0.contains("is not recognized") || $0.contains("more than once") || $0.contains("has 0")
        || $0.contains("is required")
    }
    guard !isOfForm else { return }
    #expect(faults.contains { "\($0)".contains(fragment) }, "\(faults)")
    #expect(Set(faults.map(\.path)).count == faults.count)
  }

  @Test("are told of what could not be read, in the words of who reads it")
  func unread() throws {
    let value: Value = [
      "metadata": ["name": "x"],
      "spec": ["order": "first", "selector": 5, "ingress": [["source": ["nets": [1]]]]],
    ]
    let stored = try ResourceDocument.decodeStored(value, kind: .globalNetworkPolicy)
    #expect(
      stored.resource.faults().map { "\($0)" } == [
        "spec.order: must be a number, is a string (is 'first')",
        "spec.ingress[0].source.nets[0]: must be a string, is an integer: put it in quotes",
        "spec.selector: must be a string, is an integer: put it in quotes",
      ])
  }
}
