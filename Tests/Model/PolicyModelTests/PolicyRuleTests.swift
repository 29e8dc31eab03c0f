// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyModel
import Selectors
import Testing

@Suite("A rule")
struct PolicyRuleTests {
  @Test("keeps all but its names when its ends are named in another way")
  func map() throws {
    var source = EntityMatch<SelectorNames>()
    source.nets = [CIDR(host: IPAddress(v4: 1))]
    source.ports = [PortRange(80)]
    source.names.selector = .all
    source.names.namedPorts = ["http"]
    var destination = EntityMatch<SelectorNames>()
    destination.notNets = [CIDR(host: IPAddress(v4: 2))]
    destination.notPorts = [PortRange(81)]
    destination.names.notNamedPorts = ["dns"]
    let rule = PolicyRule(
      .log, index: 3, family: .v4, transport: .tcp, notTransport: .udp,
      icmp: ICMPMatch(type: 8, code: 0), notICMP: ICMPMatch(type: 3), source: source,
      destination: destination, neverMatches: "why")
    #expect(rule.map(\.names) == rule)

    let mapped = rule.map { match in
      var names = SetNames()
      names.namedPortSets = match.names.namedPorts.map { IPSetID($0) }
      names.notNamedPortSets = match.names.notNamedPorts.map { IPSetID($0) }
      return names
    }
    #expect(mapped.source.names.portSetIDs == [IPSetID("http")])
    #expect(mapped.destination.names.portSetIDs == [IPSetID("dns")])
    let back = mapped.map { $0.ports.isEmpty ? destination.names : source.names }
    #expect(back == rule)
  }

  @Test("an end that asks nothing is empty, and one with a name is not")
  func emptiness() {
    var end = EntityMatch<SetNames>()
    #expect(end.isEmpty)
    end.names.notSets = [IPSetID("s:x")]
    #expect(!end.isEmpty)
  }
}
