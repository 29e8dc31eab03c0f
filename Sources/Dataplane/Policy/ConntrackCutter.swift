// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink

/// Ends the connections of addresses that an endpoint no longer has: established connections are
/// accepted before any policy is asked, so they would go on, and the address's next owner would get
/// the answers.
final class ConntrackCutter {
  private let socket: ConntrackSocket
  private var addresses: [String: Set<IPAddress>] = [:]
  private var released: Set<IPAddress> = []

  init(_ socket: ConntrackSocket) { self.socket = socket }

  /// An address that another endpoint has got meanwhile is released too: what goes on is then
  /// judged anew.
  func set(_ key: String, _ endpoint: DesiredEndpoint?) {
    let new = Set((endpoint.map { $0.ipv4Nets + $0.ipv6Nets } ?? []).map(\.address))
    let old = addresses[key] ?? []
    addresses[key] = new.isEmpty ? nil : new
    released.formUnion(old.subtracting(new))
  }

  /// Ends the connections of what was released since the last call.
  func cut() throws(NetlinkError) {
    guard !released.isEmpty else { return }
    let addresses = released
    _ = try socket.deleteEntries(involving: addresses)
    released.subtract(addresses)
  }
}
