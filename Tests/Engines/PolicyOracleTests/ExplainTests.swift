// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyOracle
import Resources
import Testing

@Suite("Explain")
struct ExplainTests {
  @Test("a denied packet is told step by step, the reason first")
  func denied() {
    var world = Town.world
    world.tiers = [Town.tier("platform", 10, .pass), Town.tier("default", 1_000_000)]
    var front = Rule(.allow, transport: "TCP", destination: EntityRule(ports: [5432, "sql"]))
    front.source.selector = "app == 'api'"
    front.source.namespaceSelector = "env == 'prod'"
    var web = Rule(.allow, transport: "TCP")
    web.http = HTTPMatch()
    world.globalPolicies = [
      Town.global("platform.audit", ingress: [Rule(.log), Rule(.pass, transport: "UDP")]) {
        $0.order = 5
      }
    ]
    world.policies = [
      Town.namespaced("db", ingress: [front, web]),
      Town.namespaced("web", egress: [Rule(.allow, transport: "TCP")]) {
        $0.selector = "app == 'web'"
        $0.order = 2.5
      },
    ]
    let expected = """
      DENIED: TCP 10.65.0.2:40000 -> 10.65.1.3:5432
        egress of WorkloadEndpoint(shop/n1-k8s-web-eth0): allowed by NetworkPolicy(shop/web) egress[0] Allow
        ingress of WorkloadEndpoint(shop/n2-k8s-db-eth0): denied at the end of tier default: no policy decided

      egress of WorkloadEndpoint(shop/n1-k8s-web-eth0):
        tier default (order 1000000)
          NetworkPolicy(shop/web) (order 2.5)
            egress[0] Allow: matches, allowed

      ingress of WorkloadEndpoint(shop/n2-k8s-db-eth0):
        tier platform (order 10)
          GlobalNetworkPolicy(platform.audit) (order 5)
            ingress[0] Log: matches, logged, on to the next rule
            ingress[1] Pass: does not match: not protocol UDP
          end of the tier, nothing decided: Pass, on to the next tier
        tier default (order 1000000)
          NetworkPolicy(shop/db) (no order)
            ingress[0] Allow: does not match: not source.selector app == 'api', source.namespaceSelector env == 'prod'
            ingress[1] Allow: does not match: never with http, which nobody looks into
          end of the tier, nothing decided: Deny

      """
    #expect(Oracle(world).explain(.tcp(5432)) == expected)
  }

  @Test("what comes after a denial is told as what would come")
  func notReached() {
    var world = Town.world
    world.endpoints[0].spec.profiles = ["kns.shop", "kns.lab"]
    world.globalPolicies = [
      Town.global(egress: [Rule(.deny, transport: "ICMPv6")]) { $0.selector = "app == 'web'" }
    ]
    let expected = """
      DENIED: ICMPv6 type 128 code 0 fd65::2 -> fd65::1:3
        egress of WorkloadEndpoint(shop/n1-k8s-web-eth0): denied by GlobalNetworkPolicy(rules) egress[0] Deny

      egress of WorkloadEndpoint(shop/n1-k8s-web-eth0):
        tier default (order 1000000)
          GlobalNetworkPolicy(rules) (no order)
            egress[0] Deny: matches, denied

      ingress of WorkloadEndpoint(shop/n2-k8s-db-eth0): not reached; it would be so:
        no policy applies in this direction: profiles decide
        profile kns.shop
          ingress[0] Allow: matches, allowed

      """
    #expect(
      Oracle(world).explain(.icmp(128, from: Town.web6, to: Town.db6)) == expected)
  }

  @Test("a packet that policy is not asked about says so")
  func unasked() {
    #expect(
      Oracle(Town.world).explain(.tcp(80, from: Town.stranger6, to: Town.known6)) == """
        ALLOWED: TCP [2001:db9::1]:40000 -> [2001:db8::7]:80
          neither end is a workload: policy for workloads does not apply

        """)
  }
}
