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
    /// Where a pair of this container stands, its host's end.
    var present: Link?
    /// What attempts before have left: goes before the pair is made.
    var debris: [Link] = []
    /// What the pod's traffic goes through until the new pair takes its place.
    var former: [HostLinks.Found] = []
    var pod: PodSide

    /// The host's ends of all that the endpoint has or had.
    var links: Set<UInt32> {
      Set((former.map(\.link) + debris + [present].compactMap { $0 }).map(\.index))
    }
  }

  /// What there is in the pod of an interface's name.
  struct PodSide {
    var inside: Link?
    /// Those of the interface.
    var addresses: [IPAddress] = []
    /// The families in which the interface has only its own addresses' traffic, as the pod has a
    /// default route elsewhere.
    var secondary: Set<IPFamily> = []
  }

  func hostLinks(_ namespace: NetworkNamespace?) -> HostLinks {
    HostLinks(workload: workload, endpoints: endpoints, stored: stored, namespace: namespace)
  }

  /// Looks at everything that has the endpoint's names, on the host and in the pod, and refuses to
  /// go on where ADD would have to take something from somebody.
  func survey(_ namespace: NetworkNamespace) async throws(CNIError) -> Survey {
    let found = try await hostLinks(namespace).find()
    var survey = Survey(hostName: workload.interfaceName, pod: try podSide(namespace))
    let inside = survey.pod.inside
    let pair = inside.flatMap { inside in found.first { VethPair.isPair($0.link, inside) } }
    if inside != nil, pair?.claim != .own {
      throw CNIError(
        .invalidEnvironment,
        "CNI_IFNAME: there is an interface \(workload.endpoint) in \(namespace.path) already"
          + Self.words(pair?.claim))
    }
    let isTaken = found.contains { item in
      item.link.name == workload.interfaceName && item.link != pair?.link
    }
    for item in found {
      switch item.claim {
      case .stranger(let reason):
        let isNeeded =
          item.link.name == workload.interfaceName || workload.isPassing(item.link.name)
        guard isNeeded else { continue }
        throw CNIError(
          .kernel, "the interface \(item.link.name) cannot be that of \(workload.key): \(reason)")
      case .own where item.link == pair?.link:
        // Its container runs, or was about to, whatever the datastore knows of it.
        survey.present = item.link
        // One that a version before has made keeps its name.
        if isAttached, !workload.isPassing(item.link.name) { survey.hostName = item.link.name }
      case .own where item.link.name == workload.pendingInterfaceName:
        survey.debris.append(item.link)
      case .own, .other:
        // One that was set aside has been replaced already, unless that was taken back.
        if item.link.name == workload.asideInterfaceName, isTaken, !isStored(item.claim) {
          survey.debris.append(item.link)
        } else {
          // Without an endpoint and an alias it may be that of a container that runs.
          survey.former.append(item)
        }
      }
    }
    return survey
  }

  /// Whether the stored endpoint is that of the container that has an interface.
  private func isStored(_ claim: HostLinks.Claim) -> Bool {
    switch claim {
    case .own: isAttached
    case .other(let container): stored.endpoint?.spec.containerID == container
    case .stranger: false
    }
  }

  private static func words(_ claim: HostLinks.Claim?) -> String {
    switch claim {
    case .other(let container): ", of the container \(Words.shortened(container))"
    case .stranger(let reason): ": \(reason)"
    case .own, nil: ""
    }
  }

  func podSide(_ namespace: NetworkNamespace) throws(CNIError) -> PodSide {
    try kernel { () throws(NetlinkError) in
      let pod = try RouteSocket(in: namespace)
      var side = PodSide(inside: try pod.link(named: workload.endpoint))
      if let inside = side.inside {
        side.addresses = try pod.addresses(linkIndex: inside.index).map(\.address)
          .filter { $0.prefixLength == $0.address.family.bitWidth }.map(\.address)
      }
      let defaults = try pod.routes(RouteFilter(table: RouteTable.main, type: .unicast))
        .filter { $0.destination.prefixLength == 0 }
      let rules = try side.inside == nil ? [] : pod.rules()
      side.secondary = Set(
        IPFamily.allCases.filter { isSecondary($0, side.inside, defaults, rules) })
      return side
    }
  }

  /// Whether the interface has only its own addresses' traffic of a family. The first one has the
  /// pod's default route; what an interface was made as it stays.
  private func isSecondary(
    _ family: IPFamily, _ inside: Link?, _ defaults: [Route], _ rules: [RoutingRule]
  ) -> Bool {
    let defaults = defaults.filter { $0.family == family }
    if let inside {
      let router = family == .v4 ? VethPair.router4 : VethPair.router6
      if defaults.contains(where: { $0.linkIndex == inside.index && $0.gateway == router }) {
        return false
      }
      let table = VethPair.table(of: inside.index)
      let sources = stored.addresses.map { CIDR(host: $0) }
      let isMarked = rules.contains { rule in
        VethPair.isOurs(rule) && rule.family == family
          && (rule.table == table || rule.source.map(sources.contains) == true)
      }
      if isMarked { return true }
      // Somebody has taken its route away.
      if workload.endpoint == "eth0" { return false }
    }
    return defaults.contains { $0.linkIndex != inside?.index }
  }
}
