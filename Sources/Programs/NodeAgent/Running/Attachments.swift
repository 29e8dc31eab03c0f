// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Dataplane
import DesiredState
import PolicyModel

/// Who waits for which endpoint, and since when the dataplane knows of it.
///
/// What is handed to the dataplane has a generation, and the dataplane says which one the kernel has.
/// "Programmed" is answered for the container that was asked for, and not before the generation that
/// announced it is in the kernel: a packet sent after the answer meets the endpoint's policy.
struct Attachments<Client> {
  private struct Announced {
    var containerID: String
    var generation: Int
  }

  private struct Waiter {
    enum Wish {
      /// To be in force.
      case present
      /// To be gone.
      case absent
    }

    var endpoint: AttachedEndpoint
    var wish: Wish
    /// The last one that may have changed anything of the endpoint when it was asked, or since.
    var generation: Int
    var lastReason: String?
    var client: Client

    var key: EndpointID {
      .workload(WorkloadEndpointID(namespace: endpoint.namespace, name: endpoint.name))
    }
  }

  /// What a client is told.
  struct Answer {
    var client: Client
    var reply: AgentReply
  }

  /// The endpoints that the dataplane was told of.
  private var announced: [EndpointID: Announced] = [:]
  /// In the order in which they came. As many as the server has clients, and those that have gone
  /// since `drop`.
  private var waiting: [Waiter] = []
  /// Of the last batch.
  private(set) var generation = 0

  /// Numbers changes that go to the dataplane now, and gives the answers to those who wait for what
  /// goes with them.
  mutating func announce(_ changes: [DesiredChange]) -> (batch: DesiredBatch, answers: [Answer]) {
    generation += 1
    var answers: [Answer] = []
    for change in changes {
      switch change {
      case .endpoint(let key, let endpoint):
        let new = Announced(containerID: endpoint.containerID, generation: generation)
        answers += set(key, new, otherwise: "another container has the endpoint")
      case .endpointRemoved(let key):
        answers += set(key, nil, otherwise: "the endpoint was deleted")
      default: break
      }
    }
    return (DesiredBatch(generation: generation, changes: changes), answers)
  }

  private mutating func set(
    _ key: EndpointID, _ new: Announced?, otherwise reason: String
  ) -> [Answer] {
    let old = announced[key]
    announced[key] = new
    for index in waiting.indices where waiting[index].key == key {
      waiting[index].generation = generation
    }
    guard let old, old.containerID != new?.containerID else { return [] }
    return fail(reason) { $0.key == key && $0.endpoint.containerID == old.containerID }
  }

  /// Somebody waits for an endpoint to be in force.
  mutating func attach(_ endpoint: AttachedEndpoint, _ client: Client) {
    waiting.append(
      Waiter(endpoint: endpoint, wish: .present, generation: generation, client: client))
  }

  /// Somebody waits until nothing of an endpoint is left; gives the answers to those who waited for
  /// it to be in force.
  mutating func detach(_ endpoint: AttachedEndpoint, _ client: Client) -> [Answer] {
    let waiter = Waiter(
      endpoint: endpoint, wish: .absent, generation: generation, client: client)
    defer { waiting.append(waiter) }
    return fail("the endpoint was detached") {
      $0.key == waiter.key && $0.endpoint.containerID == endpoint.containerID
    }
  }

  /// Who waits for something to be in force, and for whom this holds, waits in vain.
  private mutating func fail(_ reason: String, _ isConcerned: (Waiter) -> Bool) -> [Answer] {
    let failed = waiting.filter { $0.wish == .present && isConcerned($0) }
    guard !failed.isEmpty else { return [] }
    waiting.removeAll { $0.wish == .present && isConcerned($0) }
    return failed.map { Answer(client: $0.client, reply: .failed(reason: reason)) }
  }

  /// Those of whom this is true wait no longer.
  mutating func drop(where isGone: (Client) -> Bool) {
    waiting.removeAll { isGone($0.client) }
  }

  /// The answers that are due now: that it is done, or why not yet, when that is new.
  mutating func settle(_ status: DataplaneStatus) -> [Answer] {
    var answers: [Answer] = []
    var rest: [Waiter] = []
    for var waiter in waiting {
      guard let reason = reason(waiter, status) else {
        answers.append(Answer(client: waiter.client, reply: .programmed))
        continue
      }
      if waiter.lastReason != reason {
        waiter.lastReason = reason
        answers.append(Answer(client: waiter.client, reply: .pending(reason: reason)))
      }
      rest.append(waiter)
    }
    waiting = rest
    return answers
  }

  /// Why an endpoint is not that of a container, as far as is known.
  private static func unknown(_ known: Announced?, to container: String) -> String {
    guard let known, known.containerID.isEmpty else {
      return "the datastore has not told of the endpoint yet"
    }
    return "the endpoint is stored without a container ID, so it is not known to be that of the "
      + "container '\(container)'"
  }

  /// Why somebody must go on waiting; `nil` when he need not.
  private func reason(_ waiter: Waiter, _ status: DataplaneStatus) -> String? {
    let known = announced[waiter.key]
    let isHis = known?.containerID == waiter.endpoint.containerID
    // Until then the kernel has what it had before the agent's start.
    if !status.inSync { return status.reason(waiter.key) }
    switch waiter.wish {
    case .present:
      guard let known, isHis else { return Self.unknown(known, to: waiter.endpoint.containerID) }
      return status.reason(waiter.key)
        ?? (status.applied < known.generation ? "the kernel is being programmed" : nil)
    case .absent:
      if isHis { return "the datastore still tells of the endpoint" }
      guard status.applied < waiter.generation else { return nil }
      return status.failure ?? "the kernel is being programmed"
    }
  }
}
