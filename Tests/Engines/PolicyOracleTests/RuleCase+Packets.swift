// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyOracle
import Resources

extension RuleCase {
  /// Version, protocol, ICMP.
  static let packets: [RuleCase] = [
    RuleCase("an empty rule matches TCP", .tcp(80), true) { _ in },
    RuleCase("an empty rule matches IPv6", .tcp(80, from: Town.web6, to: Town.db6), true) { _ in },
    RuleCase("an empty rule matches a protocol without a name", .other(89), true) { _ in },
    RuleCase("ipVersion 4 matches IPv4", .tcp(80), true) { $0.ipVersion = 4 },
    RuleCase("ipVersion 4 leaves IPv6", .tcp(80, from: Town.web6, to: Town.db6), false) {
      $0.ipVersion = 4
    },
    RuleCase("ipVersion 6 matches IPv6", .tcp(80, from: Town.web6, to: Town.db6), true) {
      $0.ipVersion = 6
    },
    RuleCase("ipVersion 6 leaves IPv4", .tcp(80), false) { $0.ipVersion = 6 },
    RuleCase("protocol TCP matches TCP", .tcp(80), true) { $0.transport = "TCP" },
    RuleCase("protocol TCP leaves UDP", .udp(80), false) { $0.transport = "TCP" },
    RuleCase("a protocol's name is read in any case", .udp(80), true) { $0.transport = "udp" },
    RuleCase("protocol 6 is TCP", .tcp(80), true) { $0.transport = 6 },
    RuleCase("protocol 17 leaves TCP", .tcp(80), false) { $0.transport = 17 },
    RuleCase("protocol SCTP matches SCTP", .other(132), true) { $0.transport = "SCTP" },
    RuleCase("protocol UDPLite leaves UDP", .udp(80), false) { $0.transport = "UDPLite" },
    RuleCase("protocol UDPLite is 136", .other(136), true) { $0.transport = "UDPLite" },
    RuleCase("notProtocol UDP matches TCP", .tcp(80), true) { $0.notTransport = "UDP" },
    RuleCase("notProtocol UDP leaves UDP", .udp(80), false) { $0.notTransport = "UDP" },
    RuleCase("notProtocol 6 matches ICMP", .icmp(8), true) { $0.notTransport = 6 },
    RuleCase("protocol and notProtocol both count", .tcp(80), false) {
      $0.transport = "TCP"
      $0.notTransport = 6
    },
    RuleCase("protocol ICMP matches ICMP", .icmp(8), true) { $0.transport = "ICMP" },
    RuleCase(
      "protocol ICMP leaves ICMPv6", .icmp(128, from: Town.web6, to: Town.db6), false
    ) { $0.transport = "ICMP" },
    RuleCase(
      "protocol ICMPv6 matches ICMPv6", .icmp(128, from: Town.web6, to: Town.db6), true
    ) { $0.transport = "ICMPv6" },
    RuleCase("protocol ICMPv6 leaves ICMP", .icmp(8), false) { $0.transport = 58 },
    RuleCase("an ICMP type matches any code", .icmp(3, 4), true) {
      $0.transport = "ICMP"
      $0.icmp = ICMPFields(type: 3)
    },
    RuleCase("another ICMP type does not match", .icmp(11), false) {
      $0.transport = "ICMP"
      $0.icmp = ICMPFields(type: 3)
    },
    RuleCase("an ICMP type and code match both", .icmp(3, 4), true) {
      $0.transport = "ICMP"
      $0.icmp = ICMPFields(type: 3, code: 4)
    },
    RuleCase("another ICMP code does not match", .icmp(3, 3), false) {
      $0.transport = "ICMP"
      $0.icmp = ICMPFields(type: 3, code: 4)
    },
    RuleCase("ICMP type 0 is a type", .icmp(8), false) {
      $0.transport = "ICMP"
      $0.icmp = ICMPFields(type: 0, code: 0)
    },
    RuleCase("notICMP leaves its type", .icmp(8), false) {
      $0.transport = "ICMP"
      $0.notICMP = ICMPFields(type: 8)
    },
    RuleCase("notICMP matches other types", .icmp(3, 1), true) {
      $0.transport = "ICMP"
      $0.notICMP = ICMPFields(type: 8)
    },
    RuleCase("notICMP with a code matches the type with another code", .icmp(3, 3), true) {
      $0.transport = "ICMP"
      $0.notICMP = ICMPFields(type: 3, code: 4)
    },
    RuleCase("notICMP matches no TCP", .tcp(80), false) {
      $0.transport = "ICMP"
      $0.notICMP = ICMPFields(type: 8)
    },
    RuleCase(
      "notICMP works for ICMPv6", .icmp(129, from: Town.web6, to: Town.db6), true
    ) {
      $0.transport = "ICMPv6"
      $0.notICMP = ICMPFields(type: 128)
    },
    RuleCase("an ICMP match without a type asks nothing", .icmp(8), true) {
      $0.transport = "ICMP"
      $0.icmp = ICMPFields()
    },
  ]

  /// Ports by number, range and name.
  static let ports: [RuleCase] = [
    RuleCase("a port matches", .tcp(80), true) {
      $0.transport = "TCP"
      $0.destination.ports = [80, 443]
    },
    RuleCase("a port beside the list does not match", .tcp(81), false) {
      $0.transport = "TCP"
      $0.destination.ports = [80, 443]
    },
    RuleCase("a port of the other protocol does not match", .udp(80), false) {
      $0.transport = "TCP"
      $0.destination.ports = [80]
    },
    RuleCase("a range has its first port", .tcp(8000), true) {
      $0.transport = "TCP"
      $0.destination.ports = ["8000:8010"]
    },
    RuleCase("a range has its last port", .tcp(8010), true) {
      $0.transport = "TCP"
      $0.destination.ports = ["8000:8010"]
    },
    RuleCase("a range ends before the next port", .tcp(8011), false) {
      $0.transport = "TCP"
      $0.destination.ports = ["8000:8010"]
    },
    RuleCase("a range begins after the port before", .tcp(7999), false) {
      $0.transport = "TCP"
      $0.destination.ports = ["8000:8010"]
    },
    RuleCase("port 65535 can be matched", .tcp(65535), true) {
      $0.transport = "TCP"
      $0.destination.ports = ["65535"]
    },
    RuleCase("a source port matches the source", .tcp(80), true) {
      $0.transport = "TCP"
      $0.source.ports = [40000]
    },
    RuleCase("a source port is not compared with the destination's", .tcp(80), false) {
      $0.transport = "TCP"
      $0.source.ports = [80]
    },
    RuleCase("notPorts leaves its ports", .tcp(22), false) {
      $0.transport = "TCP"
      $0.destination.notPorts = ["20:25"]
    },
    RuleCase("notPorts matches other ports", .tcp(26), true) {
      $0.transport = "TCP"
      $0.destination.notPorts = ["20:25"]
    },
    RuleCase("notPorts matches no protocol without ports", .icmp(8), false) {
      $0.transport = "TCP"
      $0.destination.notPorts = [22]
    },
    RuleCase("ports and notPorts both count", .tcp(85), false) {
      $0.transport = "TCP"
      $0.destination.ports = ["80:90"]
      $0.destination.notPorts = [85]
    },
    RuleCase("a named port is the endpoint's port of that name", .tcp(5432), true) {
      $0.transport = "TCP"
      $0.destination.ports = ["sql"]
    },
    RuleCase("a named port is no other port", .tcp(5433), false) {
      $0.transport = "TCP"
      $0.destination.ports = ["sql"]
    },
    RuleCase("a named port has a protocol", .udp(5432), false) {
      $0.transport = "UDP"
      $0.destination.ports = ["sql"]
    },
    RuleCase("a named port of UDP", .udp(53), true) {
      $0.transport = "UDP"
      $0.destination.ports = ["dns"]
    },
    RuleCase("a name and a number stand for either", .tcp(80), true) {
      $0.transport = "TCP"
      $0.destination.ports = ["sql", 80]
    },
    RuleCase("a named port on IPv6", .tcp(5432, from: Town.web6, to: Town.db6), true) {
      $0.transport = "TCP"
      $0.destination.ports = ["sql"]
    },
    RuleCase("a port name that the endpoint does not have", .tcp(5432), false) {
      $0.transport = "TCP"
      $0.destination.ports = ["http"]
    },
    RuleCase("a named port of the source is the source's", .tcp(5432), false) {
      $0.transport = "TCP"
      $0.source.ports = ["sql"]
    },
    RuleCase("a named notPort leaves the endpoint's port", .tcp(5432), false) {
      $0.transport = "TCP"
      $0.destination.notPorts = ["sql"]
    },
    RuleCase("a named notPort matches other ports", .tcp(9001), true) {
      $0.transport = "TCP"
      $0.destination.notPorts = ["sql", "metrics"]
    },
    RuleCase("a named port counts where the selector selects its owner", .tcp(5432), true) {
      $0.transport = "TCP"
      $0.destination.selector = "app == 'db'"
      $0.destination.ports = ["sql"]
    },
    RuleCase("a named port of an endpoint that is not selected", .tcp(5432), false) {
      $0.transport = "TCP"
      $0.destination.selector = "app == 'web'"
      $0.destination.ports = ["sql"]
    },
    RuleCase(
      "ports of SCTP",
      Flow(.sctp, from: Town.web, port: 1, to: Town.db, port: 2905), true
    ) {
      $0.transport = "SCTP"
      $0.destination.ports = [2905]
    },
  ]
}
