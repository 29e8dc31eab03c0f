// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import IPAM
import Resources
import ValueTree

/// What people may write depends on what there is.
extension ResourceWriter {
  /// Refuses what is not for people to write.
  static func checkWritable(_ key: ResourceKey, _ operation: String) throws(DatastoreError) {
    if key.kind == .clusterInformation {
      throw .notSupported(
        operation: operation, key: key, reason: "the cluster's programs alone write it")
    }
    if key.kind == .networkPolicy, PolicyName(key.name).isFromKubernetes {
      throw .notSupported(
        operation: operation, key: key,
        reason: "kubernetes network policies must be managed through the kubernetes API")
    }
  }

  /// Refuses a resource that does not go with what is stored.
  func check(_ item: ManifestItem, over old: (any Resource)?) async throws {
    var problems: [FieldProblem] = []
    if let pool = item.resource as? IPPool {
      if let old = old as? IPPool {
        problems = Self.keepingBlockSize(pool, of: old).problems(replacing: old)
      } else {
        problems = try await ipam.problems(creating: pool)
      }
    } else if let policy = item.resource as? any PolicyResource {
      problems = try await tierProblems(policy.tier, isInSpec: policy.spec.tier != nil)
    }
    if !problems.isEmpty { throw item.located(problems) }
  }

  /// A pool that says no block size keeps the one that it has.
  static func keepingBlockSize(_ new: IPPool, of old: IPPool) -> IPPool {
    var pool = new
    pool.spec.blockSize = new.spec.blockSize ?? old.spec.blockSize
    return pool
  }

  private func tierProblems(_ tier: String, isInSpec: Bool) async throws -> [FieldProblem] {
    // Those there always are, whether or not they are stored.
    if Tier.isBuiltIn(tier) { return [] }
    guard try await store.find(Tier.self, tier) == nil else { return [] }
    let message = "tier \(tier.quoted) does not exist: create it before its policies"
    return [
      isInSpec
        ? FieldProblem("spec", "tier", message: message)
        : FieldProblem("metadata", "name", message: message)
    ]
  }
}
