// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import ValueTree

/// What a migration carries from one datastore to another.
enum Migration {
  /// All kinds, in the order in which they are written: the lock first, and before every object
  /// those that it names.
  static let order: [Kind] = [
    .clusterInformation, .ipamConfiguration, .ipPool, .ipReservation, .node, .blockAffinity,
    .ipamBlock, .ipamHandle, .bgpConfiguration, .bgpFilter, .bgpPeer, .felixConfiguration,
    .kubeControllersConfiguration, .calicoNodeStatus, .tier, .profile, .globalNetworkSet,
    .networkSet, .globalNetworkPolicy, .networkPolicy, .stagedGlobalNetworkPolicy,
    .stagedNetworkPolicy, .stagedKubernetesNetworkPolicy, .hostEndpoint, .workloadEndpoint,
  ]

  /// The resource without what every store gives to its objects by itself.
  static func portable(_ resource: any Resource) -> any Resource {
    var result = resource
    result.metadata.resourceVersion = nil
    result.metadata.uid = nil
    result.metadata.creationTimestamp = nil
    result.metadata.generation = nil
    result.metadata.unknown.removeAll { storesOwn.contains($0.key) }
    return result
  }

  private static let storesOwn: Set<String> = [
    "generateName", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds",
    "managedFields",
  ]

  /// What two resources have in common when they say the same. The order of the members of a map
  /// does not count; nor do the metadata of IPAM's records, which not every store keeps.
  static func content(_ resource: any Resource) -> Value {
    var value = portable(resource).encode()
    if isRecord(resource.key.kind) { value["metadata"] = nil }
    return sorted(value)
  }

  /// Whether it is one of IPAM's records.
  static func isRecord(_ kind: Kind) -> Bool {
    switch kind {
    case .blockAffinity, .ipamBlock, .ipamHandle, .ipamConfiguration: true
    default: false
    }
  }

  private static func sorted(_ value: Value) -> Value {
    switch value {
    case .array(let items): .array(items.map(sorted))
    case .object(let members):
      .object(members.sorted { $0.key < $1.key }.map { .init($0.key, sorted($0.value)) })
    default: value
    }
  }

  /// Some names, and how many more there are.
  static func named(_ keys: [ResourceKey]) -> String {
    let some = keys.prefix(5).map(\.description).joined(separator: ", ")
    return some + (keys.count > 5 ? " and \(keys.count - 5) more" : "")
  }
}
