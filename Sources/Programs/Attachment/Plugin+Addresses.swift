// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources

extension Plugin {
  /// What `calico-ipam` does: ADD, DEL and CHECK for another plugin.
  func serveAddresses(_ call: Call) async throws(CNIError) -> CNIResult? {
    let store = try await call.openStore()
    let endpoints = EndpointStore(store: store, workload: call.workload)
    if call.environment.command == .add { try await endpoints.requireReady() }
    let profile = try await endpoints.find().profile
    let source = try call.addresses(store, profile: profile)
    switch call.environment.command {
    case .add:
      var result = CNIResult()
      do throws(CNIError) {
        result.addresses = try await source.assign(present: []).compactMap { address in
          InterfaceAddress(address, prefixLength: address.family.bitWidth)
            .map { .init(address: $0, interface: nil) }
        }
      } catch {
        // Of two families one may have got an address.
        try? await source.release()
        throw error
      }
      return result
    case .delete:
      try await source.release()
      return nil
    case .check:
      let addresses = try call.configuration.previousResult().addresses.map(\.address.address)
      let problems = try await source.problems(addresses)
      guard problems.isEmpty else {
        throw CNIError(.checkFailed, problems.joined(separator: "; "))
      }
      return nil
    case .version:
      return nil
    }
  }
}
