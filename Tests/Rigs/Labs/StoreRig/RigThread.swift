// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// A thread for calls that block, which nobody waits for.
func startThread(_ body: @escaping @Sendable () -> Void) throws(RigError) {
  do throws(SystemCallError) {
    try HostThread(name: "rig", body).detach()
  } catch {
    throw RigError("cannot start a thread: errno \(error.code)")
  }
}
