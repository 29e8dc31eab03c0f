// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyOracle
import Resources

/// A small world that the hand-written cases change: three workloads in two namespaces, and
/// profiles that let everything through.
enum Town {
  /// Of workload `web` in namespace `shop` on node n1, service account `web`.
  static let web = address("10.65.0.2")
  static let web6 = address("fd65::2")
  /// Of workload `db` in `shop` on n2, service account `db`; ports sql (TCP 5432), dns (UDP 53).
  static let db = address("10.65.1.3")
  static let db6 = address("fd65::1:3")
  /// Of workload `probe` in namespace `lab` on n2, with the labels of `web` and no service account.
  static let probe = address("10.65.1.9")
  static let probe6 = address("fd65::1:9")
  /// In network set `partners` of namespace `shop`.
  static let partner = address("192.0.2.10")
  /// In global network set `public`.
  static let known = address("198.51.100.7")
  static let known6 = address("2001:db8::7")
  /// In nothing.
  static let stranger = address("203.0.113.1")
  static let stranger6 = address("2001:db9::1")
  /// Of nodes n1 and n2.
  static let n1 = address("172.16.0.1")
  static let n2 = address("172.16.0.2")
  static let n2v6 = address("fd16::2")

  static var world: World {
    var world = World()
    world.profiles = [
      profile("kns.shop", ["pcns.env": "prod", "pcns.projectcalico.org/name": "shop"]),
      profile("kns.lab", ["pcns.env": "test", "pcns.projectcalico.org/name": "lab"]),
      profile("ksa.shop.web", ["pcsa.role": "front"], open: false),
      profile("ksa.shop.db", ["pcsa.role": "store"], open: false),
    ]
    world.endpoints = [
      endpoint("web", in: "shop", on: "n1", [web, web6], ["app": "web", "tier": "front"]),
      endpoint("db", in: "shop", on: "n2", [db, db6], ["app": "db", "tier": "back"]),
      endpoint("probe", in: "lab", on: "n2", [probe, probe6], ["app": "web", "tier": "front"]),
    ]
    world.endpoints[2].spec.serviceAccountName = ""
    world.endpoints[2].spec.profiles = ["kns.lab"]
    world.endpoints[1].spec.ports = [
      port("sql", "TCP", 5432), port("dns", "UDP", 53), port("metrics", "TCP", 9000),
    ]
    var partners = NetworkSet(name: "partners", namespace: "shop")
    partners.metadata.labels = ["kind": "partner"]
    partners.spec.nets = ["192.0.2.0/24"]
    world.networkSets = [partners]
    var known = GlobalNetworkSet(name: "public")
    known.metadata.labels = ["kind": "public"]
    known.spec.nets = ["198.51.100.0/24", "2001:db8::/32"]
    world.globalNetworkSets = [known]
    world.hostAddresses = ["n1": [n1], "n2": [n2, n2v6]]
    return world
  }

  static func address(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(v4: 0) }

  static func profile(_ name: String, _ labels: [String: String], open: Bool = true) -> Profile {
    var profile = Profile(name: name)
    profile.spec.labelsToApply = labels
    if open {
      profile.spec.ingress = [Rule(.allow)]
      profile.spec.egress = [Rule(.allow)]
    }
    return profile
  }

  static func endpoint(
    _ pod: String, in namespace: String, on node: String, _ addresses: [IPAddress],
    _ labels: [String: String]
  ) -> WorkloadEndpoint {
    var endpoint = WorkloadEndpoint(name: "\(node)-k8s-\(pod)-eth0", namespace: namespace)
    endpoint.metadata.labels = labels
    endpoint.spec.orchestrator = "k8s"
    endpoint.spec.node = node
    endpoint.spec.pod = pod
    endpoint.spec.endpoint = "eth0"
    endpoint.spec.serviceAccountName = pod
    endpoint.spec.ipNetworks = addresses.map { CIDR(host: $0).description }
    endpoint.spec.profiles = ["kns.\(namespace)", "ksa.\(namespace).\(pod)"]
    return endpoint
  }

  static func port(_ name: String, _ transport: ProtocolMatch, _ number: Int)
    -> WorkloadEndpointPort
  {
    var port = WorkloadEndpointPort()
    port.name = name
    port.transport = transport
    port.port = number
    return port
  }

  /// A global policy for `db`, in unless it says otherwise.
  static func global(
    _ name: String = "rules", ingress: [Rule] = [], egress: [Rule] = [],
    _ change: (inout GlobalNetworkPolicySpec) -> Void = { _ in }
  ) -> GlobalNetworkPolicy {
    var policy = GlobalNetworkPolicy(name: name)
    policy.spec.selector = "app == 'db'"
    policy.spec.ingress = ingress
    policy.spec.egress = egress
    change(&policy.spec)
    return policy
  }

  /// A policy for `db` in its namespace.
  static func namespaced(
    _ name: String = "rules", in namespace: String = "shop", ingress: [Rule] = [],
    egress: [Rule] = [], _ change: (inout NetworkPolicySpec) -> Void = { _ in }
  ) -> NetworkPolicy {
    var policy = NetworkPolicy(name: name, namespace: namespace)
    policy.spec.selector = "app == 'db'"
    policy.spec.ingress = ingress
    policy.spec.egress = egress
    change(&policy.spec)
    return policy
  }

  static func tier(
    _ name: String, _ order: Double?, _ action: TierSpec.DefaultAction = .deny
  ) -> Tier {
    var tier = Tier(name: name)
    tier.spec.order = order
    tier.spec.defaultAction = action
    return tier
  }
}

extension Flow {
  static func tcp(
    _ port: UInt16, from source: IPAddress = Town.web, sourcePort: UInt16 = 40000,
    to destination: IPAddress = Town.db
  ) -> Flow {
    Flow(.tcp, from: source, port: sourcePort, to: destination, port: port)
  }

  static func udp(
    _ port: UInt16, from source: IPAddress = Town.web, to destination: IPAddress = Town.db
  ) -> Flow {
    Flow(.udp, from: source, port: 40000, to: destination, port: port)
  }

  static func icmp(
    _ type: UInt8, _ code: UInt8 = 0, from source: IPAddress = Town.web,
    to destination: IPAddress = Town.db
  ) -> Flow {
    Flow(
      source.family == .v4 ? .icmp : .icmpv6, from: source, to: destination, icmpType: type,
      icmpCode: code)
  }

  static func other(
    _ number: UInt8, from source: IPAddress = Town.web, to destination: IPAddress = Town.db
  ) -> Flow {
    Flow(IPProtocol(rawValue: number), from: source, to: destination)
  }
}
