// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore

extension Plugin {
  /// What `calico` does: ADD, DEL and CHECK.
  func attach(_ call: Call) async throws(CNIError) -> CNIResult? {
    let command = call.environment.command
    // Everything that can be wrong without a look at the store, before anything is done.
    let plan = command == .add ? try Attacher.plan(call) : nil
    let type = try call.configuration.reader.map("ipam").string("type") ?? ""
    guard command != .add || !type.isEmpty else {
      throw CNIError(
        .invalidConfiguration, "ipam.type is required: calico-ipam, host-local or another plugin")
    }
    let lock = try PodLock(call.workload.lockName, call.folders)
    defer { lock.release() }
    let store = try await call.openStore()
    let endpoints = EndpointStore(store: store, workload: call.workload)
    if command == .add { try await endpoints.requireReady() }
    let stored = try await endpoints.find()
    let source: AddressSource
    if type.isEmpty || type == "calico-ipam" {
      source = .calico(try call.addresses(store, profile: stored.profile))
    } else {
      let plugin = try IPAMPlugin(type, call.environment, variables, call.configuration)
      // DEL takes away what is ours before it misses the plugin.
      if command != .delete { try plugin.find() }
      source = .plugin(plugin)
    }
    let attacher = Attacher(
      call: call, steps: steps, endpoints: endpoints, source: source, stored: stored)
    if let plan { return try await attacher.add(plan) }
    if command == .delete { try await attacher.delete() } else { try await attacher.check() }
    return nil
  }
}
