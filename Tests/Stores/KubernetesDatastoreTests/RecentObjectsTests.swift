// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

@testable import KubernetesDatastore

@Suite("Objects that were seen lately") struct RecentObjectsTests {
  private func object(_ name: String, _ revision: String) throws -> CustomForm.Object {
    let text =
      "{\"metadata\":{\"name\":\"\(name)\",\"resourceVersion\":\"\(revision)\"},\"spec\":{}}"
    return CustomForm(kind: .globalNetworkSet).decode(try JSON.parse(text))
  }

  @Test("only the last few hundred are kept") func bound() throws {
    let recent = RecentObjects()
    let objects = try (0..<300).map { try object("n\($0)", "1") }
    for object in objects { recent.note(object) }
    let kept = objects.indices.filter { recent.find(objects[$0].key, revision: "1") != nil }
    #expect(kept == Array(44..<300))
  }

  @Test("one of another revision is none") func revision() throws {
    let recent = RecentObjects()
    let old = try object("a", "1")
    recent.note(old)
    #expect(recent.find(old.key, revision: "1") == old.value)
    #expect(recent.find(old.key, revision: "2") == nil)
    recent.note(try object("a", "2"))
    #expect(recent.find(old.key, revision: "1") == nil)
    recent.forget(old.key)
    #expect(recent.find(old.key, revision: "2") == nil)
  }
}
