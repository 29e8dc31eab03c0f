// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import DesiredState

/// Puts into force what the agent asks for, and says how far it is. The kernel of a network namespace
/// is one; a test has others, which it can hold up.
///
/// Calls may overlap; they take effect in the order in which they were made.
protocol Enforcer: Sendable {
  func apply(_ batch: DesiredBatch) async -> DataplaneStatus
  func configure(_ configuration: DataplaneConfiguration) async -> DataplaneStatus
  func linksChanged(_ names: Set<String>, host: Bool) async -> DataplaneStatus
  func checkTable() async -> DataplaneStatus
  func retry() async -> DataplaneStatus
  func refreshPolicy() async -> DataplaneStatus
  func refreshInterfaces() async -> DataplaneStatus
}

extension Dataplane: Enforcer {}
