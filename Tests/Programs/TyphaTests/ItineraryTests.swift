// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import StoreAccess
import TestSupport
import Testing

@testable import TyphaLink

@Suite("The order in which Typhas are tried")
struct ItineraryTests {
  private let addresses = (1...5).map { index in
    ServiceAddress(host: "192.0.2.\(index)", port: 5473, node: "n\(index)")
  }

  @Test("is those on the own node, then the others by chance, and last the one that was left")
  func order() {
    var random = SplitMix64(for: "itinerary")
    var itinerary = Itinerary(node: "n3")
    var firsts: Set<String> = []
    for _ in 0..<200 {
      let order = itinerary.order(addresses, using: &random)
      #expect(order.first?.node == "n3" && Set(order) == Set(addresses) && order.count == 5)
      firsts.insert(order[1].host)
    }
    #expect(firsts.count == 4, "all others come second now and then")
    itinerary.note(addresses[2], TyphaVisit.End(), at: .zero)
    for _ in 0..<200 {
      let order = itinerary.order(addresses, using: &random)
      #expect(order.last?.node == "n3" && order.count == 5)
    }
    itinerary.note(addresses[0], TyphaVisit.End(), at: .zero)
    let order = itinerary.order(addresses, using: &random)
    #expect(order.first?.node == "n3" && order.last == addresses[0])
    #expect(itinerary.order([addresses[0]], using: &random) == [addresses[0]])
  }

  @Test("does not go back to the one that was left by its other address")
  func families() {
    var random = SplitMix64(for: "families")
    let other = addresses.enumerated().map { index, address in
      ServiceAddress(host: "2001:db8::\(index + 1)", port: 5473, node: address.node)
    }
    var itinerary = Itinerary(node: "n3")
    itinerary.note(addresses[2], TyphaVisit.End(), at: .zero)
    for _ in 0..<50 {
      let order = itinerary.order(addresses + other, using: &random)
      #expect(order.suffix(2).allSatisfy { $0.node == "n3" } && order.count == 10)
    }
    let unknown = ["192.0.2.1", "192.0.2.2"].map { ServiceAddress(host: $0, port: 5473) }
    itinerary.note(unknown[0], TyphaVisit.End(), at: .zero)
    #expect(itinerary.order(unknown, using: &random) == [unknown[1], unknown[0]])
  }

  @Test("leaves one whose state is old once in five minutes")
  func stale() {
    var itinerary = Itinerary(node: "n1")
    #expect(itinerary.mayLeaveStale == .zero)
    itinerary.note(addresses[0], TyphaVisit.End(), at: .seconds(50))
    #expect(itinerary.mayLeaveStale == .zero)
    var end = TyphaVisit.End()
    end.wasStale = true
    itinerary.note(addresses[0], end, at: .seconds(100))
    #expect(itinerary.mayLeaveStale == .seconds(400))
  }
}
