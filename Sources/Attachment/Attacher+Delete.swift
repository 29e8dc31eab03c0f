// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink
import Resources

extension Attacher {
  /// Takes everything of the container away. What is gone already is no error, so DEL may be called
  /// any number of times, also without a network namespace.
  func delete() async throws(CNIError) {
    let endpoint = stored.endpoint
    // An endpoint of another container means that interface and endpoint are that one's.
    if endpoint == nil || isAttached {
      steps.before(.removeLink)
      try VethPair.remove(workload.interfaceName)
    }
    if isAttached {
      steps.before(.deleteEndpoint)
      try await endpoints.delete()
    }
    steps.before(.releaseAddresses)
    try await source.release()
    if isAttached, let calico {
      try await calico.release(stored.addresses, heldBy: workload.owns(handle:))
    }
    steps.before(.answer)
    log.info("detached \(workload.key)")
  }
}
