// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import LocalDatastore
import Netlink
import Resources

/// Changes a policy and watches the kernel.
final class ChangeBench {
  private let store: LocalDatastore
  private let monitor: NFTablesMonitor
  private let policy: String

  init(datastore: String, namespace: String, policy: String) async throws {
    self.policy = policy
    monitor = try NFTablesMonitor(in: NetworkNamespace(name: namespace))
    store = try await LocalDatastore.open(path: datastore, durability: .processCrash)
  }

  /// Changes the policy's port, and says how many microseconds later the kernel has it.
  func change() async throws -> Int64 {
    var resource = try await store.get(GlobalNetworkPolicy.self, policy)
    guard var rule = resource.spec.ingress.first else {
      throw DatastoreError.failed("\(resource.key) has no ingress rule to change")
    }
    rule.destination.ports = rule.destination.ports == [8000] ? [8001] : [8000]
    resource.spec.ingress[0] = rule
    while try monitor.receive(wait: false) != nil {}
    let clock = ContinuousClock()
    let start = clock.now
    _ = try await store.update(resource)
    while try monitor.receive(wait: true)?.contains(where: Self.isGeneration) != true {}
    return Int64((clock.now - start) / .microseconds(1))
  }

  private static func isGeneration(_ event: NFTablesEvent) -> Bool {
    if case .generation = event { true } else { false }
  }
}
