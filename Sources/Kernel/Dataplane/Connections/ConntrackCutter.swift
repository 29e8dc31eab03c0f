// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import PolicyModel

/// Ends the connections of addresses that an endpoint no longer has: established connections are
/// accepted before any policy is asked, so they would go on, and the address's next owner would get
/// the answers.
///
/// An address that was claimed and never had is not looked at: its connections are those of others.
final class ConntrackCutter: DataplaneManager {
  let name = "connections"

  private struct Failure: Error, CustomStringConvertible {
    var reason: NetlinkError
    var description: String { "cannot end the connections of removed endpoints: \(reason)" }
  }

  private let context: DataplaneContext
  private let socket: ConntrackSocket
  /// The addresses that lead to each interface, and whose they are.
  private var addresses: [String: Set<IPAddress>] = [:]
  private var holders: [IPAddress: EndpointID] = [:]
  private var released: Set<IPAddress> = []

  init(_ context: DataplaneContext) throws(NetlinkError) {
    self.context = context
    socket = try ConntrackSocket(in: context.namespace)
  }

  /// An address that another endpoint has got is released too: what goes on is then judged anew.
  func take(_ news: DataplaneNews) {
    let (interfaces, claims) = (news.interfaces, context.claims)
    var before: [IPAddress: EndpointID] = [:]
    for interface in interfaces {
      for address in addresses.removeValue(forKey: interface) ?? [] {
        before[address] = holders.removeValue(forKey: address)
      }
    }
    for interface in interfaces {
      guard let owner = claims.owner(of: interface) else { continue }
      let new = Set(claims.nets(of: interface).map(\.address))
      if !new.isEmpty { addresses[interface] = new }
      for address in new { holders[address] = owner }
    }
    for (address, holder) in before where holders[address] != holder { released.insert(address) }
  }

  /// Ends the connections of what was released, but for those of addresses that are the host's: once
  /// new ones meet the policy that is asked for.
  func apply(_ round: DataplaneRound) throws -> ManagerReport {
    guard round.isGuarded else { return ManagerReport() }
    let addresses = released.filter { context.own.addresses[$0] == nil }
    do throws(NetlinkError) {
      if !addresses.isEmpty { _ = try socket.deleteEntries(involving: addresses) }
    } catch {
      throw Failure(reason: error)
    }
    released.removeAll()
    return ManagerReport()
  }
}
