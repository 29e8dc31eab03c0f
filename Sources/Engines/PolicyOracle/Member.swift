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
  /// The name of its service account.
  var account: String?
  /// Its own labels, those that say where it belongs, and the inherited ones.
  let labels: [String: String]
  /// The labels of its namespace, under the names that they have there.
  let namespaceLabels: [String: String]
  /// The labels of its service account, under the names that they have there.
  let accountLabels: [String: String]
  var ports: [Port] = []
  var profiles: [String] = []
  var node = ""

  func has(_ address: IPAddress) -> Bool { nets.contains { $0.contains(address) } }

  /// - Parameters:
  ///   - own: the labels that people gave it.
  ///   - names: the profiles that it names.
  private init(
    _ key: ResourceKey, in namespace: String? = nil, account: String = "",
    orchestrator: String = "", own: [String: String], names: [String] = [],
    _ profiles: [String: Profile] = [:]
  ) {
    self.key = key
    self.namespace = namespace
    self.account = account.isEmpty ? nil : account
    let ownNamespace = namespace.map { "kns.\($0)" }
    let ownAccount = account.isEmpty ? nil : namespace.map { "ksa.\($0).\(account)" }
    func given(by profile: String?) -> [String: String] {
      profile.flatMap { profiles[$0]?.spec.labelsToApply } ?? [:]
    }
    // The labels of the namespace that it is in, whatever it says and names, and the same for its
    // service account.
    namespaceLabels = Self.under("pcns.", given(by: ownNamespace), name: namespace)
    accountLabels = Self.under("pcsa.", given(by: ownAccount), name: self.account)

    var all = own.filter { !Self.isReserved($0.key) }
    all["projectcalico.org/namespace"] = namespace
    if !orchestrator.isEmpty { all["projectcalico.org/orchestrator"] = orchestrator }
    // A longer name is no label's value.
    if account.utf8.count <= 63 { all["projectcalico.org/serviceaccount"] = self.account }
    for (name, value) in namespaceLabels { all["pcns.\(name)"] = value }
    for (name, value) in accountLabels { all["pcsa.\(name)"] = value }
    // Own labels win over inherited ones, and earlier profiles over later ones. Of other namespaces
    // and service accounts nothing is inherited.
    for name in names + [ownNamespace, ownAccount].compactMap(\.self) {
      let isOthers = name.hasPrefix("kns.") || name.hasPrefix("ksa.")
      if isOthers, name != ownNamespace, name != ownAccount { continue }
      for (label, value) in given(by: name) where !Self.isReserved(label) && all[label] == nil {
        all[label] = value
      }
    }
    self.labels = all
  }

  /// The labels whose names begin so, without that beginning; with the true name, if there is one.
  private static func under(
    _ prefix: String, _ labels: [String: String], name: String?
  ) -> [String: String] {
    var result: [String: String] = [:]
    for (label, value) in labels where label.hasPrefix(prefix) {
      result[String(label.dropFirst(prefix.count))] = value
    }
    result["projectcalico.org/name"] = name
    return result
  }

  /// Labels that say where something belongs, which nobody may claim.
  private static func isReserved(_ label: String) -> Bool {
    label.hasPrefix("pcns.") || label.hasPrefix("pcsa.")
      || ["name", "namespace", "orchestrator", "serviceaccount"].contains {
        label == "projectcalico.org/\($0)"
      }
  }
}

extension Member {
  init(_ endpoint: WorkloadEndpoint, _ profiles: [String: Profile]) {
    let spec = endpoint.spec
    self.init(
      endpoint.key, in: endpoint.metadata.namespace ?? "", account: spec.serviceAccountName,
      orchestrator: spec.orchestrator, own: endpoint.metadata.labels, names: spec.profiles, profiles
    )
    nets = spec.ipNetworks.compactMap { CIDR($0) }
    ports = spec.ports.map {
      Port(name: $0.name, transport: $0.transport.ipProtocol, number: $0.port)
    }
    self.profiles = spec.profiles
    node = spec.node
  }

  init(_ endpoint: HostEndpoint, _ profiles: [String: Profile]) {
    let spec = endpoint.spec
    self.init(endpoint.key, own: endpoint.metadata.labels, names: spec.profiles, profiles)
    nets = spec.expectedIPs.compactMap { IPAddress($0) }.map { CIDR(host: $0) }
    ports = spec.ports.map {
      Port(name: $0.name, transport: $0.transport.ipProtocol, number: $0.port)
    }
    self.profiles = spec.profiles
    node = spec.node
  }

  /// A namespaced set has the labels of its namespace.
  init(_ set: NetworkSet, _ profiles: [String: Profile]) {
    self.init(
      set.key, in: set.metadata.namespace ?? "", own: set.metadata.labels, profiles)
    nets = set.spec.nets.compactMap { CIDR($0) }
  }

  init(_ set: GlobalNetworkSet) {
    self.init(set.key, own: set.metadata.labels)
    nets = set.spec.nets.compactMap { CIDR($0) }
  }
}
