// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import Resources

extension Attacher {
  /// Compares what there is with what ADD answered. Says nothing when it is the same, as the
  /// specification has it (Calico prints OK).
  func check() async throws(CNIError) {
    let previous = try call.configuration.previousResult()
    let namespace = try PodNamespace.open(call.environment.namespacePath)
    guard
      let inside = previous.interfaces.firstIndex(where: {
        $0.name == workload.endpoint && !$0.sandbox.isEmpty
      })
    else {
      throw CNIError(
        .invalidConfiguration, "prevResult has no interface \(workload.endpoint) of a container")
    }
    // Plugins that ran after us may have added interfaces with addresses of their own.
    let addresses = previous.addresses.filter { $0.interface == inside }.map(\.address.address)
    var problems: [String] = []
    if addresses.isEmpty { problems.append("prevResult has no address of \(workload.endpoint)") }
    // One that a version before has made has the name that it had then.
    let found = try await hostLinks(namespace).find()
      .filter { !workload.isPassing($0.link.name) }
    let own = found.first { $0.claim == .own }
    let hostName = own?.link.name ?? workload.interfaceName
    if !previous.interfaces.contains(where: { $0.name == hostName }) {
      problems.append("prevResult has no interface \(hostName)")
    }
    if own == nil, let taken = found.first(where: { $0.link.name == hostName }) {
      switch taken.claim {
      case .other(let container):
        problems.append("\(hostName) is of another container: '\(Words.shortened(container))'")
      case .stranger(let reason): problems.append("\(hostName): \(reason)")
      case .own: break
      }
    }
    let pair = VethPair(
      hostName: hostName, podName: workload.endpoint, namespace: namespace,
      addresses: addresses, owner: workload.owner,
      secondary: try podSide(namespace).secondary)
    problems += try pair.problems(podMAC: previous.interfaces[inside].mac)
    problems += endpointProblems(addresses)
    problems += try await source.problems(addresses)
    guard problems.isEmpty else {
      throw CNIError(.checkFailed, problems.joined(separator: "; "))
    }
  }

  private func endpointProblems(_ addresses: [IPAddress]) -> [String] {
    guard let endpoint = stored.endpoint else { return ["there is no \(workload.key)"] }
    guard isAttached else {
      return [
        "\(workload.key) is of another container: '\(Words.shortened(endpoint.spec.containerID))'"
      ]
    }
    return addresses.filter { !stored.addresses.contains($0) }
      .map { "\(workload.key) has not the address \($0)" }
  }
}
