// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

extension SyncConverter {
  /// What follows from some changes of the store, in their order, and what there is to say of their
  /// objects. With a status that is `inSync` anew comes the mark for it.
  public mutating func convert(
    _ changes: [ResourceChange], status: SyncStatus, isStatusNew: Bool
  ) -> UpdateBatch {
    var batch = UpdateBatch(status: status, isStatusNew: isStatusNew)
    batch.updates.reserveCapacity(changes.count + 1)
    for change in changes {
      let hadFindings = hasFindings(change.key)
      batch.updates += convert(change)
      guard hadFindings || hasFindings(change.key) else { continue }
      batch.findings.append(
        ObjectFindings(
          key: change.key, node: change.node, problems: problems(in: change.key),
          asks: asks(of: change.key)))
    }
    if isStatusNew, status == .inSync { batch.updates.append(.inSync) }
    return batch
  }
}

extension ResourceChange {
  /// The node of an endpoint that names one.
  fileprivate var node: String? {
    let name: String
    switch self {
    case .set(let endpoint as WorkloadEndpoint): name = endpoint.spec.node
    case .set(let endpoint as HostEndpoint): name = endpoint.spec.node
    default: return nil
    }
    return name.isEmpty ? nil : name
  }
}
