// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import SyncModel
import Testing

@Suite("Reports on stored objects")
struct ReportTests {
  private func policy(_ name: String, http: Bool, selector: String) -> GlobalNetworkPolicy {
    var policy = GlobalNetworkPolicy(name: name)
    var rule = Rule(.allow, source: EntityRule(selector: selector))
    if http { rule.http = HTTPMatch() }
    policy.spec.ingress = [rule]
    return policy
  }

  @Test("follow the objects and come in order")
  func lifetime() {
    var converter = SyncConverter()
    let (a, b) = (
      policy("a", http: true, selector: "has(x)"), policy("b", http: true, selector: "x ==")
    )
    _ = converter.convert(.set(b))
    _ = converter.convert(.set(a))
    #expect(converter.unenforced.map(\.key) == [a.key, b.key])
    #expect(converter.unenforced(in: a.key).map(\.field) == ["spec.ingress[0].http"])
    #expect(converter.problems.map(\.key) == [b.key])
    #expect(converter.problems(in: a.key) == [])
    #expect(
      converter.unenforced.first?.description
        == "GlobalNetworkPolicy(a) spec.ingress[0].http: stored and not enforced: "
        + "HTTP requests are not looked into")

    // Mended, and gone.
    _ = converter.convert(.set(policy("a", http: false, selector: "has(x)")))
    #expect(converter.unenforced.map(\.key) == [b.key])
    _ = converter.convert(.removed(b.key))
    #expect(converter.unenforced == [])
    #expect(converter.problems == [])
  }
}
