// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyModel

/// Who has which interface and which address, of all endpoints that claim them.
///
/// The one place where this is decided; what dispatches packets, routes addresses and ends
/// connections goes by it. It follows from the present claims and from what the kernel says, in
/// whatever order either became known:
/// - An interface is for workloads if its name begins with one of their prefixes and the kernel does
///   not say that it is the host's (`Place.hosts`). Of several endpoints that one has it whose MAC
///   address the interface's other end has; those with another MAC address come last, behind those
///   without any.
/// - An address belongs to an endpoint that has its interface. Of several that one has it whose
///   interface is up, and of those the one whose MAC address is at its interface's other end; again
///   one with another MAC address comes last. An address that is the host's belongs to none.
/// - What that leaves open goes to the endpoint that was created last, and then to the first by name.
///
/// The MAC address comes first because it tells which container is really there. The time does not:
/// it is the object's creationTimestamp, that of its first storing. Updates do not change it, so an
/// endpoint that a pod's new container took over is as old as with the one before.
struct EndpointClaims {
  /// What the kernel says of an interface.
  enum Place: Hashable {
    case missing
    /// - Parameter otherEnd: The MAC address of the workload's end, where it is known.
    case workloads(isUp: Bool, otherEnd: MACAddress?)
    /// It is the host's own, with the reason: "it is part of br0".
    case hosts(String)
  }

  private(set) var endpoints: [EndpointID: DesiredEndpoint] = [:]
  /// The endpoints that claim each interface, and each address.
  private var claimants: [String: Set<EndpointID>] = [:]
  private var addressees: [CIDR: Set<EndpointID>] = [:]
  private var places: [String: Place] = [:]
  private var prefixes: [String]
  private var hostAddresses: [IPAddress: String] = [:]
  /// Interfaces of which something here may have changed since it was last taken.
  private var touched: Set<String> = []

  init(prefixes: [String]) { self.prefixes = prefixes }

  // MARK: - Claims and facts

  /// Takes up what of a change is a claim.
  mutating func apply(_ change: DesiredChange) {
    switch change {
    case .endpoint(let key, let endpoint): set(key, endpoint)
    case .endpointRemoved(let key): set(key, nil)
    default: break
    }
  }

  /// Takes up an endpoint. What is not a claim of it, its policies and profiles, touches nothing.
  mutating func set(_ key: EndpointID, _ endpoint: DesiredEndpoint?) {
    if let old = endpoints[key] {
      if let endpoint, Self.areClaimsEqual(old, endpoint) {
        endpoints[key] = endpoint
        return
      }
      touch(old.interfaceName)
      Self.remove(key, from: &claimants, old.interfaceName)
      for net in Self.nets(old) { Self.remove(key, from: &addressees, net) }
      if claimants[old.interfaceName] == nil { places[old.interfaceName] = nil }
    }
    endpoints[key] = endpoint
    guard let endpoint else { return }
    claimants[endpoint.interfaceName, default: []].insert(key)
    for net in Self.nets(endpoint) { addressees[net, default: []].insert(key) }
    touch(endpoint.interfaceName)
  }

  /// Takes up what the kernel says of an interface now. Of one that nobody claims it is not kept.
  mutating func place(_ interface: String, _ place: Place) {
    guard claimants[interface] != nil, self.place(of: interface) != place else { return }
    places[interface] = place
    touch(interface)
  }

  /// Addresses that are the host's, with the reason: "it is this node's own, on eth0".
  mutating func setHostAddresses(_ addresses: [IPAddress: String]) {
    let old = hostAddresses
    hostAddresses = addresses
    for address in Set(old.keys).union(addresses.keys) where old[address] != addresses[address] {
      for key in addressees[CIDR(host: address)] ?? [] {
        if let endpoint = endpoints[key] { touched.insert(endpoint.interfaceName) }
      }
    }
  }

  mutating func setPrefixes(_ prefixes: [String]) {
    guard prefixes != self.prefixes else { return }
    self.prefixes = prefixes
    touched.formUnion(claimants.keys)
  }

  mutating func takeTouched() -> Set<String> {
    defer { touched.removeAll() }
    return touched
  }

  /// An interface, and those whose addresses may pass to or from it.
  private mutating func touch(_ interface: String) {
    touched.insert(interface)
    for key in claimants[interface] ?? [] {
      for net in endpoints[key].map(Self.nets) ?? [] {
        guard let others = addressees[net], others.count > 1 else { continue }
        for other in others {
          if let endpoint = endpoints[other] { touched.insert(endpoint.interfaceName) }
        }
      }
    }
  }

  private static func remove<Item>(
    _ key: EndpointID, from index: inout [Item: Set<EndpointID>], _ item: Item
  ) {
    index[item]?.remove(key)
    if index[item]?.isEmpty == true { index[item] = nil }
  }

  /// Whether two endpoints claim the same, for the same container and with the same right.
  private static func areClaimsEqual(_ a: DesiredEndpoint, _ b: DesiredEndpoint) -> Bool {
    a.interfaceName == b.interfaceName && a.ipv4Nets == b.ipv4Nets && a.ipv6Nets == b.ipv6Nets
      && a.mac == b.mac && a.created == b.created && a.containerID == b.containerID
  }

  private static func nets(_ endpoint: DesiredEndpoint) -> [CIDR] {
    endpoint.ipv4Nets + endpoint.ipv6Nets
  }

  // MARK: - Decisions

  /// The interfaces that any endpoint claims.
  var interfaces: Dictionary<String, Set<EndpointID>>.Keys { claimants.keys }

  /// The endpoints that claim an interface.
  func claimants(of interface: String) -> Set<EndpointID> { claimants[interface] ?? [] }

  private func place(of interface: String) -> Place { places[interface] ?? .missing }

  /// Whether an interface may be a workload's by its name.
  func isWorkloadName(_ name: String) -> Bool {
    (1...15).contains(name.utf8.count) && WorkloadPrefixes.match(name, prefixes)
  }

  /// The endpoint that has an interface.
  func owner(of interface: String) -> EndpointID? {
    guard let keys = claimants[interface], whyNoWorkloads(interface) == nil else { return nil }
    return keys.max { isBefore($1, $0, on: interface) }
  }

  /// The addresses that are to lead to an interface, each once.
  func nets(of interface: String) -> [CIDR] {
    guard let owner = owner(of: interface), let endpoint = endpoints[owner] else { return [] }
    var seen: Set<CIDR> = []
    return Self.nets(endpoint).filter { seen.insert($0).inserted && holder(of: $0) == owner }
  }

  /// The endpoint that has an address.
  private func holder(of net: CIDR) -> EndpointID? {
    guard whyNobodys(net) == nil else { return nil }
    return addressees[net]?.filter { key in
      endpoints[key].map { owner(of: $0.interfaceName) == key } ?? false
    }.max { isBefore($1, $0) }
  }

  /// Why an endpoint is not in force, or not wholly; `nil` when nothing here stands against it.
  func problem(of key: EndpointID) -> String? {
    guard let endpoint = endpoints[key] else { return nil }
    let interface = endpoint.interfaceName
    if let reason = whyNoWorkloads(interface) {
      return "interface '\(interface)' is not a workload's: \(reason)"
    }
    if let owner = owner(of: interface), owner != key {
      return "interface '\(interface)' belongs to \(owner), \(reason(owner, key, on: interface))"
    }
    var seen: Set<CIDR> = []
    let lost = Self.nets(endpoint).compactMap { net -> String? in
      guard seen.insert(net).inserted else { return nil }
      if let reason = whyNobodys(net) { return "\(net.address) \(reason)" }
      guard let holder = holder(of: net), holder != key else { return nil }
      return "\(net.address) belongs to \(holder), \(reason(holder, key))"
    }
    if lost.isEmpty { return nil }
    return "not routed to '\(interface)': " + lost.joined(separator: "; ")
  }

  private func whyNoWorkloads(_ interface: String) -> String? {
    if !isWorkloadName(interface) {
      return "its name begins with none of the prefixes \(prefixes.joined(separator: ", "))"
    }
    if case .hosts(let reason) = place(of: interface) { return reason }
    return nil
  }

  private func whyNobodys(_ net: CIDR) -> String? {
    let address = net.address
    if !net.isHost { return "is not one address, but \(net)" }
    if address.isUnspecified || address.isLoopback || address.isMulticast || address.isLinkLocal
      || address == IPAddress(v4: .max)
    {
      return "is no address that a workload can have"
    }
    return hostAddresses[address]
  }

  // MARK: - Which comes first

  /// Whether an endpoint has a better claim to an interface than another.
  private func isBefore(_ a: EndpointID, _ b: EndpointID, on interface: String) -> Bool {
    let (first, second) = (likeness(a, interface), likeness(b, interface))
    return first == second ? isYounger(a, b) : first > second
  }

  /// How well an endpoint fits what is at the interface's other end.
  private func likeness(_ key: EndpointID, _ interface: String) -> Int {
    guard case .workloads(_, let otherEnd?) = place(of: interface), let mac = endpoints[key]?.mac
    else { return 1 }
    return mac == otherEnd ? 2 : 0
  }

  /// Whether an endpoint, which has its interface, has a better claim to an address than another.
  private func isBefore(_ a: EndpointID, _ b: EndpointID) -> Bool {
    if isUp(a) != isUp(b) { return isUp(a) }
    if likeness(a) != likeness(b) { return likeness(a) > likeness(b) }
    return isYounger(a, b)
  }

  /// How well an endpoint fits what is at the other end of the interface that it claims.
  private func likeness(_ key: EndpointID) -> Int {
    endpoints[key].map { likeness(key, $0.interfaceName) } ?? 1
  }

  private func isUp(_ key: EndpointID) -> Bool {
    guard let endpoint = endpoints[key],
      case .workloads(true, _) = place(of: endpoint.interfaceName)
    else { return false }
    return true
  }

  /// Whether an endpoint was created after another, or at the same time and is first by name.
  private func isYounger(_ a: EndpointID, _ b: EndpointID) -> Bool {
    let (first, second) = (endpoints[a]?.created ?? "", endpoints[b]?.created ?? "")
    return first == second ? a < b : first > second
  }

  private func reason(_ winner: EndpointID, _ loser: EndpointID, on interface: String) -> String {
    let (first, second) = (likeness(winner, interface), likeness(loser, interface))
    if first == second { return reasonByAge(winner, loser) }
    return first == 2
      ? "whose MAC address its other end has" : "as its other end has another MAC address"
  }

  private func reason(_ winner: EndpointID, _ loser: EndpointID) -> String {
    if isUp(winner) != isUp(loser) { return "whose interface is up" }
    let (first, second) = (likeness(winner), likeness(loser))
    if first == second { return reasonByAge(winner, loser) }
    return first == 2
      ? "whose MAC address its interface's other end has"
      : "as the other end of '\(endpoints[loser]?.interfaceName ?? "")' has another MAC address"
  }

  private func reasonByAge(_ winner: EndpointID, _ loser: EndpointID) -> String {
    endpoints[winner]?.created == endpoints[loser]?.created
      ? "which is first by name" : "which was created later"
  }
}
