// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import StoreAccess

/// In which order Typhas are tried.
struct Itinerary: Sendable {
  /// How often one is left only because its state is old: it may be that no one has a newer.
  private static let staleInterval = Duration.seconds(300)

  let node: String
  /// Where Typhas were when there were any.
  var known: [ServiceAddress] = []
  /// The one that was visited last; it comes last in the next round.
  private var avoided: ServiceAddress?
  /// From when on one may be left because its state is old.
  private(set) var mayLeaveStale = Duration.zero

  init(node: String) { self.node = node }

  /// One on the own node first, the others by chance, so that they get as many agents each; last the
  /// one that is to be avoided.
  func order(_ addresses: [ServiceAddress]) -> [ServiceAddress] {
    var generator = SystemRandomNumberGenerator()
    return order(addresses, using: &generator)
  }

  func order(
    _ addresses: [ServiceAddress], using generator: inout some RandomNumberGenerator
  ) -> [ServiceAddress] {
    let shuffled = addresses.shuffled(using: &generator)
    func rank(_ address: ServiceAddress) -> Int {
      isAvoided(address) ? 2 : address.node == node ? 0 : 1
    }
    return (0...2).flatMap { wanted in shuffled.filter { rank($0) == wanted } }
  }

  /// Perhaps it has another address, of the other family.
  private func isAvoided(_ address: ServiceAddress) -> Bool {
    guard let avoided else { return false }
    return address == avoided
      || address.node != nil && address.node == avoided.node && address.port == avoided.port
  }

  /// It broke, sent us away, or was left.
  mutating func note(_ address: ServiceAddress, _ end: TyphaVisit.End, at now: Duration) {
    avoided = address
    if end.wasStale { mayLeaveStale = now + Self.staleInterval }
  }
}
