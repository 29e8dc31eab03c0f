// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Resources
import SyncModel
import Testing

@testable import KubernetesDatastore

@Suite("A network policy of Kubernetes") struct PolicyConversionTests {
  private func policy(_ spec: (inout KubeNetworkPolicySpec) -> Void) throws -> NetworkPolicy {
    var source = KubeNetworkPolicy()
    source.metadata = meta("web", "shop", labels: ["a": "b"])
    source.spec.podSelector = selector()
    spec(&source.spec)
    return PolicyConversion.policy(of: try received(source))
  }

  private func peer(
    pods: KubeLabelSelector? = nil, namespaces: KubeLabelSelector? = nil, cidr: String? = nil,
    except: [String] = []
  ) -> KubeNetworkPolicyPeer {
    var peer = KubeNetworkPolicyPeer()
    if let pods { peer.podSelector = pods }
    if let namespaces { peer.namespaceSelector = namespaces }
    if let cidr {
      peer.ipBlock.cidr = cidr
      peer.ipBlock.except = except
    }
    return peer
  }

  private func ingress(
    _ peers: [KubeNetworkPolicyPeer], _ ports: [KubeNetworkPolicyPort] = []
  ) throws -> [Rule] {
    try policy { spec in
      var rule = KubeNetworkPolicyIngressRule()
      rule.from = peers
      rule.ports = ports
      spec.ingress = [rule]
    }.spec.ingress
  }

  @Test("is a policy of the tier default, named after it and with another UID") func identity()
    throws
  {
    let policy = try policy { $0.policyTypes = ["Ingress", "Egress"] }
    #expect(policy.key.description == "NetworkPolicy(shop/knp.default.web)")
    #expect(policy.metadata.resourceVersion == "42")
    #expect(policy.metadata.labels == ["projectcalico.org/tier": "default"])
    #expect(policy.metadata.creationTimestamp == "2026-11-26T12:34:56Z")
    let uid = try #require(policy.metadata.uid)
    #expect(uid == "85b1f274-3ef8-4a71-9d1a-f4dc5630728e")
    #expect(ReversedUID.make(uid) == "a18d4f2e-7c1f-4a8e-9d58-2f3b6a0c4e71")
    #expect(ReversedUID.make("no-uid") == "no-uid")
    #expect(
      spec(policy)
        == "{\"tier\":\"default\",\"order\":1000,"
        + "\"selector\":\"projectcalico.org/orchestrator == 'k8s'\",\"types\":[\"Ingress\",\"Egress\"]}"
    )
    #expect(policy.validate().isEmpty)
  }

  @Test("is for both directions where it does not say and has egress rules") func types() throws {
    #expect(try policy { _ in }.spec.types == [.ingress])
    #expect(try policy { $0.egress = [.init()] }.spec.types == [.ingress, .egress])
    #expect(try policy { $0.policyTypes = ["Egress"] }.spec.types == [.egress])
  }

  @Test("selects by labels and expressions, in a fixed order") func selectors() throws {
    let policy = try policy {
      $0.podSelector = selector(
        ["tier": "front", "app": "web"],
        [
          ("env", "In", ["prod", "test"]), ("zone", "NotIn", ["x"]), ("ready", "Exists", []),
          ("old", "DoesNotExist", []), ("empty", "In", [""]),
        ])
    }
    #expect(
      policy.spec.selector
        == "projectcalico.org/orchestrator == 'k8s' && app == 'web' && tier == 'front' && env in { "
        + "'prod', 'test' } && zone not in { 'x' } && has(ready) && ! has(old) && empty in { '' }")
    #expect(policy.validate().isEmpty)
  }

  @Test("allows everything to what has no peers, and the peers of a namespace or of several")
  func peers() throws {
    #expect(try ingress([]) == [Rule(.allow)])
    let rules = try ingress([
      peer(pods: selector(["app": "a"])),
      peer(namespaces: selector(["kubernetes.io/metadata.name": "infra"])),
      peer(pods: selector(["app": "b"]), namespaces: selector()),
    ])
    let k8s = "projectcalico.org/orchestrator == 'k8s'"
    #expect(
      rules.map(\.source) == [
        EntityRule(selector: "\(k8s) && app == 'a'"),
        EntityRule(
          selector: k8s, namespaceSelector: "kubernetes.io/metadata.name == 'infra'"),
        EntityRule(selector: "\(k8s) && app == 'b'", namespaceSelector: "all()"),
      ])
  }

  @Test("allows blocks of addresses but for parts of them") func blocks() throws {
    var expected = EntityRule(nets: ["10.0.0.0/8"])
    expected.notNets = ["10.1.0.0/16"]
    let rules = try ingress([
      peer(cidr: "10.0.0.0/8", except: ["10.1.0.0/16"]), peer(cidr: "fd00::/8"),
    ])
    #expect(rules.map(\.source) == [expected, EntityRule(nets: ["fd00::/8"])])
  }

  @Test("has a rule for each protocol and peer, with the ports of a protocol together")
  func ports() throws {
    let rules = try ingress(
      [peer(cidr: "10.0.0.0/8"), peer(cidr: "11.0.0.0/8")],
      [
        port(number: 80), port("UDP", number: 53), port("TCP", name: "web"),
        port("TCP", number: 8000, end: 8010),
      ])
    #expect(rules.count == 4)
    #expect(rules.map { $0.transport?.description } == ["TCP", "TCP", "UDP", "UDP"])
    #expect(rules[0].destination.ports == [.number(80), .text("web"), .text("8000:8010")])
    #expect(rules[1].source.nets == ["11.0.0.0/8"] && rules[2].destination.ports == [53])
    #expect(rules.allSatisfy { $0.source.ports.isEmpty })
    // A protocol without a port is all of its ports.
    let whole = try ingress([], [port("SCTP"), port("SCTP", number: 7)])
    #expect(whole == [Rule(.allow, transport: "SCTP")])
  }

  @Test("puts ports and peers of egress both at the destination") func egress() throws {
    let policy = try policy { spec in
      var rule = KubeNetworkPolicyEgressRule()
      rule.to = [peer(pods: selector())]
      rule.ports = [port("UDP", number: 53)]
      spec.egress = [rule]
      spec.policyTypes = ["Egress"]
    }
    #expect(
      policy.spec.egress == [
        Rule(
          .allow, transport: "UDP",
          destination: EntityRule(
            selector: "projectcalico.org/orchestrator == 'k8s'", ports: [53]))
      ])
  }

  @Test("of which something cannot be read allows less, never more") func unreadable() throws {
    #expect(try ingress([peer()]).isEmpty)
    #expect(try ingress([peer(cidr: "10.0.0.0/40")]).isEmpty)
    #expect(try ingress([peer(cidr: "10.0.0.0/8", except: ["x"])]).isEmpty)
    #expect(try ingress([peer(pods: selector([:], [("a", "Near", [])]))]).isEmpty)
    #expect(try ingress([peer(namespaces: selector(["a": "'\"'"]))]).isEmpty)
    #expect(try ingress([], [port(number: 0)]).isEmpty)
    #expect(try ingress([], [port(number: 70_000)]).isEmpty)
    #expect(try ingress([], [port(number: 80, end: 79)]).isEmpty)
    #expect(try ingress([], [port(name: "web", end: 80)]).isEmpty)
    #expect(try ingress([], [port(name: "")]).isEmpty)
    // A text that looks like numbers is no name, and nothing else either.
    for text in ["80", "1:65535", "80-90", "a b", "wéb"] {
      #expect(try ingress([], [port(name: text)]).isEmpty, "\(text)")
    }
    #expect(try ingress([], [port("TCP", end: 90)]).isEmpty)
    #expect(try ingress([], [port("ICMP")]).isEmpty)
    #expect(try ingress([], [port("tcp", number: 80)]).isEmpty)
    #expect(try ingress([peer(pods: selector([:], [("a", "NotIn", [])]))]).isEmpty)
    #expect(try ingress([peer(pods: selector(["x == 'a' || y": "b"]))]).isEmpty)
    #expect(try ingress([peer(pods: selector(), cidr: "10.0.0.0/8")]).isEmpty)
    #expect(try ingress([peer(cidr: "10.0.0.0/8", except: ["fd00::/8"])]).isEmpty)
    let subject = try policy { spec in
      spec.podSelector = selector([:], [("a", "Near", [])])
      spec.ingress = [.init()]
    }
    #expect(subject.spec.selector == "projectcalico.org/orchestrator == 'k8s'")
    #expect(subject.spec.ingress.isEmpty && subject.spec.types == [.ingress])
    #expect(
      subject.metadata.annotations["projectcalico.org/left-out"]
        == "spec.podSelector.matchExpressions[0]: the operator \"Near\" is not known: the policy is "
        + "for all pods of the namespace and allows nothing")
  }

  @Test("says what it leaves out, and where the agents look for it") func leftOut() throws {
    let policy = try policy { spec in
      var rule = KubeNetworkPolicyIngressRule()
      rule.from = [peer(cidr: "10.0.0.0/8"), peer(cidr: "10.0.0.0/40")]
      rule.ports = [port(number: 80), port(name: "1:65535"), port("QUIC", number: 1)]
      spec.ingress = [rule]
      spec.policyTypes = ["Ingress", "Sideways", "Ingress"]
    }
    #expect(policy.spec.ingress.count == 1 && policy.spec.types == [.ingress])
    #expect(
      LeftOut.items(in: policy.metadata).map(\.field) == [
        "spec.policyTypes[1]", "spec.ingress[0].from[1].ipBlock.cidr",
        "spec.ingress[0].ports[1].port", "spec.ingress[0].ports[2].protocol",
      ])
    var converter = SyncConverter()
    _ = converter.convert(.set(policy))
    #expect(
      converter.problems(in: policy.key).map(\.description).first
        == "NetworkPolicy(shop/knp.default.web) spec.ingress[0].from[1].ipBlock.cidr: must be a "
        + "CIDR, is \"10.0.0.0/40\": the peer is left out")
    #expect(converter.problems(in: policy.key).count == 4)
  }

  @Test("with more ports than a rule may have has several rules") func manyPorts() throws {
    let rules = try ingress([], (1...120).map { port(number: $0) })
    #expect(rules.map(\.destination.ports.count) == [50, 50, 20])
    #expect(rules.flatMap(\.destination.ports) == (1...120).map { .number($0) })
  }
}
