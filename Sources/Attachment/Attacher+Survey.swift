// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import Resources

extension Attacher {
  /// What there is in the kernel before ADD changes anything, and what is to be done about it.
  struct Survey {
    /// The name that the host's end has or is to have.
    var hostName: String
    /// The pod's end, where the pair of this container stands.
    var present: Link?
    /// What attempts before have left: goes before the pair is made.
    var debris: [Link] = []
    /// What the pod's traffic goes through until the new pair takes its place.
    var former: [Link] = []
    var role: VethPair.Role
  }

  /// Looks at everything that has the endpoint's names, on the host and in the pod, and refuses to
  /// go on where ADD would have to take something from somebody.
  func survey(_ namespace: NetworkNamespace) async throws(CNIError) -> Survey {
    let links = HostLinks(
      workload: workload, endpoints: endpoints, stored: stored, namespace: namespace)
    let found = try await links.find()
    let (inside, defaults) = try kernel { () throws(NetlinkError) in
      let pod = try RouteSocket(in: namespace)
      return (try pod.link(named: workload.endpoint), try Self.defaultRoutes(pod))
    }
    var survey = Survey(
      hostName: workload.interfaceName,
      role: try role(inside, defaults, namespace))
    let pair = inside.flatMap { inside in found.first { VethPair.isPair($0.link, inside) } }
    if inside != nil, pair?.claim != .own {
      throw CNIError(
        .invalidEnvironment,
        "CNI_IFNAME: there is an interface \(workload.endpoint) in \(namespace.path) already"
          + Self.words(pair?.claim))
    }
    for item in found {
      switch item.claim {
      case .stranger(let reason):
        let isNeeded = [workload.interfaceName, workload.pendingInterfaceName]
          .contains(item.link.name)
        guard isNeeded else { continue }
        throw CNIError(
          .kernel, "the interface \(item.link.name) cannot be that of \(workload.key): \(reason)")
      case .own where item.link == pair?.link:
        if isAttached, item.link.name != workload.pendingInterfaceName {
          survey.hostName = item.link.name
          survey.present = inside
        } else {
          survey.debris.append(item.link)
        }
      case .own where item.link.name == workload.pendingInterfaceName:
        survey.debris.append(item.link)
      case .own, .other:
        // Without an endpoint and an alias it may be that of a container that runs.
        survey.former.append(item.link)
      }
    }
    return survey
  }

  private static func words(_ claim: HostLinks.Claim?) -> String {
    switch claim {
    case .other(let container): ", of the container \(Words.shortened(container))"
    case .stranger(let reason): ": \(reason)"
    case .own, nil: ""
    }
  }

  private static func defaultRoutes(_ pod: RouteSocket) throws(NetlinkError) -> [Route] {
    try pod.routes(RouteFilter(table: RouteTable.main, type: .unicast))
      .filter { $0.destination.prefixLength == 0 }
  }

  /// Whether the interface has the pod's default route or only its own addresses' traffic. The
  /// first one has it; what an interface was made as it stays.
  func role(
    _ inside: Link?, _ defaults: [Route], _ namespace: NetworkNamespace
  ) throws(CNIError) -> VethPair.Role {
    if let inside {
      let routers = [VethPair.router4, VethPair.router6]
      let isOwn = defaults.contains { route in
        route.linkIndex == inside.index && route.gateway.map(routers.contains) == true
      }
      if isOwn { return .primary }
      let addresses = Set(stored.addresses.map { CIDR(host: $0) })
      let rules = try kernel { () throws(NetlinkError) in
        try RouteSocket(in: namespace).rules()
      }
      if rules.contains(where: { rule in
        VethPair.isOurs(rule) && rule.source.map(addresses.contains) == true
      }) {
        return .secondary
      }
      // Somebody has taken its route away.
      if workload.endpoint == "eth0" { return .primary }
    }
    return defaults.contains { $0.linkIndex != inside?.index } ? .secondary : .primary
  }

  /// The role of the interface as it stands.
  func role(in namespace: NetworkNamespace) throws(CNIError) -> VethPair.Role {
    let (inside, defaults) = try kernel { () throws(NetlinkError) in
      let pod = try RouteSocket(in: namespace)
      return (try pod.link(named: workload.endpoint), try Self.defaultRoutes(pod))
    }
    return try role(inside, defaults, namespace)
  }
}
