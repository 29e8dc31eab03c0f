// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Netlink

@Suite("The numbers of requests")
struct SequenceTests {
  @Test("begin anew after the last, and none is given twice")
  func wrapped() {
    let client = NetlinkClient(Player([]))
    #expect(client.takeSequences(Int(UInt32.max) - 2) == 1)
    #expect(client.takeSequences(2) == UInt32.max - 1)
    #expect(client.takeSequences() == 1)
    #expect(client.takeSequences(3) == 2)
    #expect(client.takeSequences() == 5)
  }
}
