// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Logging
import Netlink
import PolicyModel

/// What several managers go by and none of them owns: the configuration, who has which interface and
/// address, what interfaces look like, and what is the host's own.
///
/// `look` brings it up to date with the kernel before managers are told what has changed, since whose
/// an interface is decides what is dispatched, routed and cut off alike.
///
/// Not safe to share: the dataplane's actor owns it and calls it on its own thread.
final class DataplaneContext {
  /// Reads what is the host's, given the prefixes of workloads' interfaces.
  typealias HostReader =
    @Sendable (RouteSocket, [String]) throws(NetlinkError) -> OwnNetwork

  /// Asks the kernel.
  static let readHost: HostReader = { (sockets, prefixes) throws(NetlinkError) in
    try OwnNetwork(sockets, prefixes: prefixes)
  }

  /// Where `sockets` are, when that is not the thread's own namespace.
  let namespace: NetworkNamespace?
  let sockets: RouteSocket
  let metrics: DataplaneMetrics
  let log: Logger
  private let readHost: HostReader

  private(set) var configuration: DataplaneConfiguration
  private(set) var claims: EndpointClaims
  /// The first whole state is known.
  private(set) var isWhole = false
  /// What is the host's, as last read.
  private(set) var own: OwnNetwork
  /// It may have changed since it was read.
  private(set) var isOwnStale = true
  /// Why it could not be read again.
  private(set) var hostProblem: String?
  /// Endpoints that claim what is not a workload's, or another's, and why.
  private(set) var refused: [EndpointID: String] = [:]
  /// Interfaces that could not be looked at, and why: they stay as they are, and so does whose they
  /// are.
  private var unseen: [String: NetlinkError] = [:]
  /// Interfaces to look at and to make true anew.
  private var marked: Set<String> = []
  /// Interfaces as last looked at.
  private var links: [String: Link] = [:]
  /// The MAC addresses of their other ends, as far as they could be asked for.
  private var ends: [String: End] = [:]
  /// Interfaces that nobody claimed when they were looked at last: what is known of them is of use for
  /// that one round.
  private var unclaimed: Set<String> = []

  /// The other end of an interface with an index.
  private struct End {
    var index: UInt32
    var mac: MACAddress?
  }

  /// - Parameter own: What is the host's. Without that nothing may be programmed; it is read again
  ///   first.
  init(
    configuration: DataplaneConfiguration, namespace: NetworkNamespace?, sockets: RouteSocket,
    own: OwnNetwork, metrics: DataplaneMetrics, log: Logger,
    readHost: @escaping HostReader = DataplaneContext.readHost
  ) {
    self.configuration = configuration
    self.namespace = namespace
    self.sockets = sockets
    self.own = own
    self.metrics = metrics
    self.log = log
    self.readHost = readHost
    claims = EndpointClaims(prefixes: configuration.interfacePrefixes)
    claims.setHostAddresses(own.addresses)
  }

  // MARK: - What is asked for

  func apply(_ change: DesiredChange) {
    claims.apply(change)
    switch change {
    case .endpointRemoved(let key): refused[key] = nil
    case .inSync: isWhole = true
    default: break
    }
  }

  /// Has everything made true anew by another configuration.
  func configure(_ configuration: DataplaneConfiguration) {
    guard configuration != self.configuration else { return }
    if configuration.interfacePrefixes != self.configuration.interfacePrefixes { isOwnStale = true }
    self.configuration = configuration
    claims.setPrefixes(configuration.interfacePrefixes)
    markAll()
  }

  /// Has interfaces looked at and made true by the next round.
  func mark(_ names: some Sequence<String>) { marked.formUnion(names) }

  func markAll() { mark(claims.interfaces) }

  /// Something of the host's own network may have changed.
  func hostChanged() { isOwnStale = true }

  /// Takes up what is the host's, which was read with other prefixes.
  func take(_ own: OwnNetwork) {
    marked.formUnion(own.differences(from: self.own))
    self.own = own
    claims.setHostAddresses(own.addresses)
  }

  // MARK: - What is there

  /// An interface that is a workload's, as last looked at.
  func link(of name: String) -> Link? { links[name] }

  /// Interfaces that could not be looked at. Whose they are may have changed all the same, when an
  /// endpoint goes.
  var unseenInterfaces: Dictionary<String, NetlinkError>.Keys { unseen.keys }

  /// Endpoints whose interface could not be looked at, and why.
  var unseenEndpoints: [EndpointID: String] {
    unseen.reduce(into: [:]) { all, item in
      if let owner = claims.owner(of: item.key) { all[owner] = "\(item.value)" }
    }
  }

  /// Looks at what is concerned, on which it depends whose it is, and returns the interfaces that are
  /// to be made true anew.
  func look() -> Set<String> {
    readOwn()
    forgetUnclaimed()
    var names = marked.union(claims.takeTouched())
    marked.removeAll()
    for name in names {
      guard claims.isWorkloadName(name), !claims.claimants(of: name).isEmpty else {
        unseen[name] = nil
        unclaimed.insert(name)
        continue
      }
      do throws(NetlinkError) {
        claims.place(name, try look(at: name))
        unseen[name] = nil
      } catch {
        unseen[name] = error
      }
    }
    names.formUnion(claims.takeTouched())
    // The next round asks again.
    marked.formUnion(unseen.keys)
    names.subtract(unseen.keys)
    for key in names.flatMap({ claims.claimants(of: $0) }) {
      refused[key] = claims.problem(of: key)
    }
    return names
  }

  private func forgetUnclaimed() {
    for name in unclaimed where claims.claimants(of: name).isEmpty {
      links[name] = nil
      ends[name] = nil
    }
    unclaimed.removeAll()
  }

  /// Reads what is the host's, if that may have changed since, and marks the interfaces concerned.
  /// What cannot be read stays as it was and is read again.
  private func readOwn() {
    guard isOwnStale else { return }
    do throws(NetlinkError) {
      take(try readHost(sockets, configuration.interfacePrefixes))
      isOwnStale = false
      if hostProblem != nil { log.info("reading the host's own network works again") }
      hostProblem = nil
    } catch {
      let problem = "cannot be read, what was read last counts: \(error)"
      if hostProblem == nil { log.warning("the host's own network \(problem)") }
      hostProblem = problem
    }
  }

  /// What the kernel says of an interface.
  func look(at name: String) throws(NetlinkError) -> EndpointClaims.Place {
    let found = try sockets.link(named: name)
    links[name] = nil
    guard let link = found else {
      ends[name] = nil
      return .missing
    }
    if let reason = reason(link, asked: name) {
      ends[name] = nil
      return .hosts(reason)
    }
    links[name] = link
    return .workloads(isUp: link.isUp, otherEnd: otherEnd(of: link))
  }

  /// The MAC address of an interface's other end. It decides whose the interface is, so that a
  /// question which fails changes nothing: the last answer counts until the next time.
  private func otherEnd(of link: Link) -> MACAddress? {
    do throws(NetlinkError) {
      ends[link.name] = End(index: link.index, mac: try sockets.other(of: link)?.mac)
    } catch {
      if ends[link.name]?.index != link.index { ends[link.name] = nil }
    }
    return ends[link.name]?.mac
  }

  /// Why an interface is not a workload's. The kernel also finds interfaces by other names that they
  /// have.
  func reason(_ link: Link, asked name: String) -> String? {
    if link.name != name { return "it is another name of \(link.name)" }
    return own.reason(for: link) { index in ((try? sockets.link(index: index)) ?? nil)?.name }
  }
}
