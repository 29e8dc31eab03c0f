// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

/// Something with labels that has addresses: what selectors of rules select.
struct Member: Sendable {
  struct Port: Sendable {
    var name: String
    var transport: IPProtocol?
    var number: Int
  }

  var key: ResourceKey
  /// Nil for what is global.
  var namespace: String?
  var nets: [CIDR] = []
  /// Its own labels and the inherited ones.
  let labels: [String: String]
  /// The labels of its namespace, under the names that they have there.
  let namespaceLabels: [String: String]
  /// The labels of its service account, under the names that they have there.
  let accountLabels: [String: String]
  var ports: [Port] = []
  var profiles: [String] = []
  var node = ""

  /// The name of its service account.
  var account: String? { labels["projectcalico.org/serviceaccount"] }

  func has(_ address: IPAddress) -> Bool { nets.contains { $0.contains(address) } }

  private init(_ key: ResourceKey, in namespace: String?, labels: [String: String]) {
    self.key = key
    self.namespace = namespace
    // Whatever the labels say, this one tells the truth.
    var labels = labels
    labels["projectcalico.org/namespace"] = namespace
    self.labels = labels
    namespaceLabels = Self.under("pcns.", labels)
    accountLabels = Self.under("pcsa.", labels)
  }

  /// The labels whose names begin so, without that beginning.
  private static func under(_ prefix: String, _ labels: [String: String]) -> [String: String] {
    var result: [String: String] = [:]
    for (name, value) in labels where name.hasPrefix(prefix) {
      result[String(name.dropFirst(prefix.count))] = value
    }
    return result
  }

  /// Own labels win over inherited ones, and earlier profiles over later ones.
  private static func labels(
    own: [String: String], profiles names: [String], _ profiles: [String: Profile]
  ) -> [String: String] {
    var result = own
    for name in names {
      result.merge(profiles[name]?.spec.labelsToApply ?? [:]) { kept, _ in kept }
    }
    return result
  }
}

extension Member {
  init(_ endpoint: WorkloadEndpoint, _ profiles: [String: Profile]) {
    let (spec, namespace) = (endpoint.spec, endpoint.metadata.namespace ?? "")
    // These are the endpoint's own data (facts §1.7), whatever its labels say.
    var own = endpoint.metadata.labels
    if !spec.orchestrator.isEmpty { own["projectcalico.org/orchestrator"] = spec.orchestrator }
    let account = spec.serviceAccountName
    if !account.isEmpty, account.utf8.count <= 63 {
      own["projectcalico.org/serviceaccount"] = account
    }
    self.init(
      endpoint.key, in: namespace,
      labels: Self.labels(own: own, profiles: spec.profiles, profiles))
    nets = spec.ipNetworks.compactMap { CIDR($0) }
    ports = spec.ports.map {
      Port(name: $0.name, transport: $0.transport.ipProtocol, number: $0.port)
    }
    self.profiles = spec.profiles
    node = spec.node
  }

  init(_ endpoint: HostEndpoint, _ profiles: [String: Profile]) {
    let spec = endpoint.spec
    self.init(
      endpoint.key, in: nil,
      labels: Self.labels(own: endpoint.metadata.labels, profiles: spec.profiles, profiles))
    nets = spec.expectedIPs.compactMap { IPAddress($0) }.map { CIDR(host: $0) }
    ports = spec.ports.map {
      Port(name: $0.name, transport: $0.transport.ipProtocol, number: $0.port)
    }
    self.profiles = spec.profiles
    node = spec.node
  }

  /// A namespaced set has the labels of its namespace.
  init(_ set: NetworkSet, _ profiles: [String: Profile]) {
    let namespace = set.metadata.namespace ?? ""
    self.init(
      set.key, in: namespace,
      labels: Self.labels(
        own: set.metadata.labels, profiles: ["kns.\(namespace)"], profiles))
    nets = set.spec.nets.compactMap { CIDR($0) }
  }

  init(_ set: GlobalNetworkSet) {
    self.init(set.key, in: nil, labels: set.metadata.labels)
    nets = set.spec.nets.compactMap { CIDR($0) }
  }
}
