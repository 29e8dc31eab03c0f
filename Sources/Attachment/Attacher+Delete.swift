// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import Resources

extension Attacher {
  /// Takes everything of the container away. What is gone already is no error, so DEL may be called
  /// any number of times, also without a network namespace.
  func delete() async throws(CNIError) {
    let endpoint = stored.endpoint
    // An endpoint of another container means that interface and endpoint are that one's.
    var isOurs = endpoint == nil || isAttached
    if !isOurs { isOurs = try hasHalfMadeLink() }
    if isOurs {
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

  /// Whether the interface is of an ADD of this container that was killed before it took the
  /// pod's endpoint over: it leads into this container's namespace, and not with the MAC address
  /// of the endpoint. It has addresses that others will get, so it must go before they are freed.
  private func hasHalfMadeLink() throws(CNIError) -> Bool {
    guard let endpoint = stored.endpoint,
      // Without the namespace there is no interface in it.
      let namespace = try? PodNamespace.open(call.environment.namespacePath),
      let mac = try VethPair.podMAC(
        workload.interfaceName, podName: workload.endpoint, namespace)
    else { return false }
    return mac != MACAddress(endpoint.spec.mac)
  }
}
