// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import DesiredState
import PolicyModel
import TestSupport
import Testing

@testable import NodeAgent

/// A kernel in memory that takes a change up when a test lets it, and fails when it is told to.
/// Calls wait in the order in which they came.
actor SlowKernel: Enforcer {
  /// What is in force, also after the agent's end.
  private(set) var state = DesiredStateModel()
  /// Interfaces that are not there.
  private var missing: Set<String> = []
  /// Endpoints of which the last status says what they lack.
  private var pending: [EndpointID: String] = [:]
  /// Calls that have come, and those that wait.
  private(set) var calls = 0
  var waiting: Int { queue.count }
  var isHeld = false

  private var taken = DesiredStateModel()
  private var generation = 0
  private var applied = 0
  private var number = 0
  private var failure: String?
  private var failures = 0
  private var queue: [CheckedContinuation<Void, Never>] = []

  /// From now on every call waits for `letOne` or `letAll`.
  func hold() { isHeld = true }

  /// The call that waits longest goes on, and fails or not.
  func letOne(failing: Bool) {
    guard !queue.isEmpty else { return }
    if failing { failures += 1 }
    queue.removeFirst().resume()
  }

  /// Nothing waits any more.
  func letAll() {
    isHeld = false
    let all = queue
    queue = []
    for one in all { one.resume() }
  }

  /// Another agent begins where the last one ended: what is in force stays.
  func restart() {
    taken = DesiredStateModel()
    (generation, applied, number, failure, failures) = (0, 0, 0, nil, 0)
  }

  func setLink(_ name: String, isThere: Bool) {
    if isThere { missing.remove(name) } else { missing.insert(name) }
  }

  /// Whether a packet of this container meets its endpoint's policy now, and nothing is known that
  /// keeps it from going anywhere.
  func isInForce(_ key: EndpointID, _ container: String) -> Bool {
    state.endpoints[key]?.containerID == container && pending[key] == nil
  }

  /// Whether anything of this container is in force.
  func isGone(_ key: EndpointID, _ container: String) -> Bool {
    state.endpoints[key]?.containerID != container
  }

  // MARK: - Enforcer

  func apply(_ batch: DesiredBatch) async -> DataplaneStatus {
    await turn()
    generation = batch.generation
    do {
      try taken.apply(batch.changes)
    } catch {
      Issue.record("the engine broke its promise: \(error)")
    }
    return program()
  }

  func configure(_ configuration: DataplaneConfiguration) async -> DataplaneStatus { await again() }
  func linksChanged(_ names: Set<String>, host: Bool) async -> DataplaneStatus { await again() }
  func checkTable() async -> DataplaneStatus { await again() }
  func retry() async -> DataplaneStatus { await again() }
  func refreshPolicy() async -> DataplaneStatus { await again() }
  func refreshInterfaces() async -> DataplaneStatus { await again() }

  private func again() async -> DataplaneStatus {
    await turn()
    return program()
  }

  private func turn() async {
    calls += 1
    guard isHeld else { return }
    await withCheckedContinuation { queue.append($0) }
  }

  private func program() -> DataplaneStatus {
    if taken.inSync {
      if failures > 0 {
        failures -= 1
        failure = "the kernel is out of sorts"
      } else {
        failure = nil
        state = taken
        applied = generation
      }
    }
    number += 1
    pending = [:]
    for (key, endpoint) in taken.endpoints where missing.contains(endpoint.interfaceName) {
      pending[key] = "there is no interface \(endpoint.interfaceName)"
    }
    return DataplaneStatus(
      number: number, applied: applied, inSync: taken.inSync, failure: failure, pending: pending,
      retryable: Set(pending.keys))
  }
}
