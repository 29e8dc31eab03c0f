// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

/// Where pods' addresses come from: Calico's IPAM in this process, or another plugin.
enum AddressSource {
  case calico(CalicoAddresses)
  case plugin(IPAMPlugin)

  /// What the container has by this source, where no endpoint says it.
  ///
  /// - Parameter inside: the addresses of its interface.
  func held(inside: [IPAddress]) async throws(CNIError) -> [IPAddress] {
    switch self {
    case .calico(let source): try await source.held()
    case .plugin: inside
    }
  }

  /// The pod's addresses, IPv4 first. When that fails, what the pod has already is as it was.
  ///
  /// - Parameter present: those that it has already; not empty when ADD is repeated.
  func assign(present: [IPAddress]) async throws(CNIError) -> [IPAddress] {
    switch self {
    case .calico(let source): return try await source.assign(present: present)
    case .plugin(let plugin):
      // Such plugins refuse to be asked twice for one container.
      if !present.isEmpty { return present }
      return try plugin.add()
    }
  }

  /// Gives back what the container holds; nothing is no error.
  func release() async throws(CNIError) {
    switch self {
    case .calico(let source): try await source.release()
    case .plugin(let plugin): try plugin.delete()
    }
  }

  /// Gives back what was assigned besides what the container had before.
  func release(_ assigned: [IPAddress], besides present: [IPAddress]) async throws(CNIError) {
    // Another plugin is not asked then.
    if case .calico(let source) = self, !present.isEmpty {
      return try await source.release(assigned, besides: present)
    }
    if present.isEmpty { try await release() }
  }

  /// What is wrong with the assignment of these addresses.
  func problems(_ addresses: [IPAddress]) async throws(CNIError) -> [String] {
    switch self {
    case .calico(let source): return try await source.problems(addresses)
    case .plugin(let plugin):
      try plugin.check()
      return []
    }
  }
}
