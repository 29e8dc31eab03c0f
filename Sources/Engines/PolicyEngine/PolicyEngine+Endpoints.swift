// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyModel
import SyncModel

extension PolicyEngine {
  mutating func setWorkload(_ id: WorkloadEndpointID, _ value: SyncWorkloadEndpoint?) {
    let old = workloads[id]
    let isDoubtful =
      value.map { $0.allowsNothing || concerned[.workloadEndpoint(id)] != nil } ?? false
    if old?.value == value, old?.isDoubtful ?? false == isDoubtful { return }
    moveHost(from: old?.value.node, to: value?.node)
    countDoubt(old?.isDoubtful ?? false, isDoubtful)
    guard let value else {
      guard let old else { return }
      sets.removeContributor(old.contributor)
      setLocal(id, old: old, new: nil)
      workloads[id] = nil
      return
    }
    let contributor = old?.contributor ?? sets.addContributor()
    sets.updateContributor(
      contributor, Contributor(nets: value.nets, ports: value.ports),
      labels: Doubt.marked(value.labels, isDoubtful), profiles: value.labelProfiles)
    let item = setLocal(id, old: old, new: value)
    workloads[id] = Workload(
      value: value, contributor: contributor, item: item, isDoubtful: isDoubtful)
  }

  mutating func setHostEndpoint(_ name: String, _ value: SyncHostEndpoint?) {
    let old = hostEndpoints[name]
    let isDoubtful =
      value.map { $0.allowsNothing || concerned[.hostEndpoint(name)] != nil } ?? false
    if old?.value == value, old?.isDoubtful ?? false == isDoubtful { return }
    moveHost(from: old?.value.node, to: value?.node)
    countDoubt(old?.isDoubtful ?? false, isDoubtful)
    guard let value else {
      if let old { sets.removeContributor(old.contributor) }
      hostEndpoints[name] = nil
      return
    }
    let contributor = old?.contributor ?? sets.addContributor()
    let nets = value.addresses.map { CIDR(host: $0) }
    sets.updateContributor(
      contributor, Contributor(nets: nets, ports: value.ports),
      labels: Doubt.marked(value.labels, isDoubtful), profiles: value.labelProfiles)
    hostEndpoints[name] = HostMember(
      value: value, contributor: contributor, isDoubtful: isDoubtful)
  }

  mutating func setNetworkSet(_ id: NetworkSetID, _ value: SyncNetworkSet?) {
    let old = networkSets[id]
    if old?.value == value { return }
    let isDoubtful = value?.allowsNothing ?? false
    countDoubt(old?.value.allowsNothing ?? false, isDoubtful)
    guard let value else {
      if let old { sets.removeContributor(old.contributor) }
      networkSets[id] = nil
      return
    }
    let contributor = old?.contributor ?? sets.addContributor()
    sets.updateContributor(
      contributor, Contributor(nets: value.nets), labels: Doubt.marked(value.labels, isDoubtful),
      profiles: value.profiles)
    networkSets[id] = NetworkSetMember(value: value, contributor: contributor)
  }

  mutating func setNode(_ name: String, isStored: Bool) {
    if isStored {
      if nodes.insert(name).inserted { moveHost(from: nil, to: name) }
    } else if nodes.remove(name) != nil {
      moveHost(from: name, to: nil)
    }
  }

  /// Counts one more object that names a host, and one less.
  private mutating func moveHost(from old: String?, to new: String?) {
    if let new { hosts[new, default: 0] += 1 }
    guard let old, let count = hosts[old] else { return }
    hosts[old] = count > 1 ? count - 1 : nil
  }

  /// Keeps the index of local endpoints up to date and returns the endpoint's number in it.
  @discardableResult
  private mutating func setLocal(
    _ id: WorkloadEndpointID, old: Workload?, new: SyncWorkloadEndpoint?
  ) -> Int? {
    let isLocal = new.map { scope.contains($0.node) && !$0.interfaceName.isEmpty } ?? false
    guard isLocal || old?.item != nil else { return nil }
    dirtyEndpoints.insert(id)

    let oldProfiles = old?.item == nil ? [] : Set(old?.value.profiles ?? [])
    let newProfiles = isLocal ? Set(new?.profiles ?? []) : []
    for name in newProfiles.subtracting(oldProfiles) { useProfile(name, 1) }
    for name in oldProfiles.subtracting(newProfiles) { useProfile(name, -1) }

    guard isLocal, let new else {
      guard let item = old?.item else { return nil }
      for query in local.removeItem(item) { touchPolicy(query) }
      localEndpoints[item] = nil
      return nil
    }
    let item = old?.item ?? local.addItem()
    localEndpoints[item] = id
    for event in local.update(item, labels: new.labels, parents: new.labelProfiles) {
      touchPolicy(event.query)
    }
    return item
  }

  private mutating func useProfile(_ name: String, _ change: Int) {
    let count = profileUses[name, default: 0] + change
    profileUses[name] = count > 0 ? count : nil
    dirtyProfiles.insert(name)
  }

  private mutating func touchPolicy(_ query: Int) {
    if let policy = policyOfQuery[query] { dirtyPolicies.insert(policy) }
  }
}
