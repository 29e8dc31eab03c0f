// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Features
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
    #expect(converter.asks.map(\.key) == [a.key, b.key])
    #expect(
      converter.asks(of: a.key).asks == [
        Asks.Ask(field: "spec.ingress[0].http", feature: .httpMatch)
      ])
    #expect(converter.problems.map(\.key) == [b.key])
    #expect(converter.problems(in: a.key) == [])

    // Mended, and gone.
    _ = converter.convert(.set(policy("a", http: false, selector: "has(x)")))
    #expect(converter.asks.map(\.key) == [b.key])
    _ = converter.convert(.removed(b.key))
    #expect(converter.asks == [])
    #expect(converter.problems == [])
  }
}
