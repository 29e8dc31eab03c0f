// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import Resources

/// The interfaces of the host that may be an endpoint's, and whose they are.
///
/// DESIGN: an interface is found by names that follow from the pod, but its name does not say whose
/// it is: names are hashes, versions before made equal ones for different pods, and Calico itself
/// may have made it. Nothing is removed before it is known to be this pod's. The alias says so. What
/// has none is of a version before, of Calico, or of a call that was killed right after it made the
/// pair; then the datastore tells.
struct HostLinks {
  let workload: Workload
  let endpoints: EndpointStore
  let stored: EndpointStore.Stored
  /// The pod's, where it is there.
  let namespace: NetworkNamespace?

  /// Whose an interface is.
  enum Claim: Equatable {
    /// This container's.
    case own
    /// Another container's of the same pod, by its ID.
    case other(String)
    /// Somebody else's, in words that end a sentence: "it is that of …".
    case stranger(String)
  }

  struct Found {
    var link: Link
    var claim: Claim
  }

  /// Everything that has one of the endpoint's names: first that of the name itself.
  func find() async throws(CNIError) -> [Found] {
    var found: [Found] = []
    for link in try links() {
      found.append(Found(link: link, claim: try await claim(on: link)))
    }
    return found
  }

  private func links() throws(CNIError) -> [Link] {
    var names = [
      workload.interfaceName, workload.pendingInterfaceName, workload.asideInterfaceName,
    ]
    // The endpoint's container may have been stopped before its interface took its place. It has
    // addresses that are given back once another container has the endpoint.
    let container = stored.endpoint?.spec.containerID
    for name in [
      workload.formerInterfaceName, stored.endpoint?.spec.interfaceName,
      container.map(workload.pendingInterfaceName(of:)),
    ] {
      if let name, (1...15).contains(name.utf8.count), !names.contains(name) { names.append(name) }
    }
    return try kernel { () throws(NetlinkError) in
      let host = try RouteSocket()
      var links: [Link] = []
      for name in names {
        if let link = try host.link(named: name) { links.append(link) }
      }
      return links
    }
  }

  private func claim(on link: Link) async throws(CNIError) -> Claim {
    guard link.kind == "veth" else {
      return .stranger("it is of the kind \(link.kind ?? "device"), not veth")
    }
    let own = workload.owner
    if let owner = LinkOwner(alias: link.alias) {
      guard owner.interface == own.interface else { return .stranger("it is that of \(owner)") }
      return owner == own ? .own : .other(owner.container)
    }
    if link.name == workload.pendingInterfaceName { return .own }
    let endpoint = stored.endpoint
    if let container = endpoint?.spec.containerID, !container.isEmpty,
      link.name == workload.pendingInterfaceName(of: container)
    {
      return .other(container)
    }
    // Only what the datastore and the name agree about: an object must not make us remove what is
    // not of any pod.
    let isNamed = endpoint?.spec.interfaceName == link.name
    let isPods = [workload.interfaceName, workload.asideInterfaceName].contains(link.name)
    guard isPods || isNamed && workload.isNameOfInterface(link.name)
    else { return .stranger("nothing says whose it is") }
    if let other = try await endpoints.other(on: link.name) {
      return .stranger("it is that of \(other)")
    }
    guard let endpoint, !endpoint.spec.containerID.isEmpty, !stored.isOf(workload)
    else { return .own }
    return try isHalfMade(link, endpoint) ? .own : .other(endpoint.spec.containerID)
  }

  /// Whether the interface is of an ADD of this container that was killed before it said so: it
  /// leads into this container's namespace, and not with the MAC address of the pod's endpoint.
  private func isHalfMade(_ link: Link, _ endpoint: WorkloadEndpoint) throws(CNIError) -> Bool {
    guard let namespace, let mac = MACAddress(endpoint.spec.mac) else { return false }
    return try kernel { () throws(NetlinkError) in
      guard let inside = try RouteSocket(in: namespace).link(named: workload.endpoint),
        VethPair.isPair(link, inside)
      else { return false }
      return inside.mac != mac
    }
  }
}
