// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import Resources

extension Attacher {
  /// Takes everything of the container away. What is gone already is no error, so DEL may be called
  /// any number of times, also without a network namespace.
  func delete() async throws(CNIError) {
    let namespace = try? PodNamespace.open(call.environment.namespacePath)
    // Of several interfaces, each has addresses that others will get: all go before those are freed.
    try steps.begin(.removeLink)
    for found in try await hostLinks(namespace).find() {
      switch found.claim {
      case .own:
        let inside = namespace.flatMap { end(of: found.link, in: $0) }
        try VethPair.remove(found.link)
        if let namespace, let inside {
          removeRules(in: namespace, of: [], linkIndex: inside.index)
        }
      case .other(let container):
        log.debug("\(found.link.name) stays: it is of the pod's container \(container)")
      case .stranger(let reason): log.info("\(found.link.name) stays: \(reason)")
      }
    }
    if isAttached {
      // Of an interface that was gone already.
      if let namespace { removeRules(in: namespace, of: stored.addresses, linkIndex: nil) }
      try steps.begin(.deleteEndpoint)
      try await endpoints.delete()
    }
    try steps.begin(.releaseAddresses)
    try await source.release()
    if isAttached, let calico {
      try await calico.release(stored.addresses, heldBy: workload.owns(handle:))
    }
    steps.before(.answer)
    log.info("detached \(workload.key)")
  }

  private func end(of link: Link, in namespace: NetworkNamespace) -> Link? {
    let inside = try? RouteSocket(in: namespace).link(named: workload.endpoint)
    return inside.flatMap { VethPair.isPair(link, $0) ? $0 : nil }
  }

  /// Rules outlive their interface. They lead nowhere then and go with the namespace, so what
  /// cannot be removed does no harm.
  func removeRules(
    in namespace: NetworkNamespace, of addresses: [IPAddress], linkIndex: UInt32?
  ) {
    do throws(NetlinkError) {
      try VethPair.removeRules(
        RouteSocket(in: namespace), of: addresses, linkIndex: linkIndex)
    } catch {
      log.debug("routing rules stay in \(namespace.path): \(error)")
    }
  }
}
