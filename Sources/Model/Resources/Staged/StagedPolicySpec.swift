// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What staged network policies and staged global network policies have in common.
public protocol StagedPolicySpec: PolicySpec {
  var stagedAction: StagedAction { get set }
}
