// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

@Suite("Values that are almost right")
struct AlmostRightTests {
  /// A value that people write, and what is said of it: nil when it is right.
  struct Case: Sendable, CustomTestStringConvertible {
    let value: Value
    let message: String?
    var testDescription: String { JSON.encode(value) }

    init(_ value: Value, _ message: String? = nil) {
      self.value = value
      self.message = message
    }
  }

  private func messages(_ rule: Value) -> [String] {
    complaints(.networkPolicy, namespace: "n", spec: ["ingress": [rule]])
  }

  private func check(_ item: Case, at path: String, _ found: [String]) {
    let shown = item.value.string ?? JSON.encode(item.value)
    #expect(
      found == (item.message.map { ["spec.ingress[0].\(path): \($0) (is \(shown.quoted))"] } ?? []))
  }

  private static let noPort =
    "port range invalid: must be a number, n:m or a port's name, which has at most 128 letters, "
    + "digits, '_', '.' and '-', a letter among them"
  private static let outOfRange =
    "port range invalid, port number must be between 1 and 65535"
  private static func range(_ text: String) -> String {
    "port range invalid: a range is written n:m with the lower port first, here \"\(text)\""
  }
  private static let twoEnds = "port range invalid: a range has two ends, such as \"8000:8100\""

  static let ports: [Case] = [
    Case(80), Case("80"), Case(1), Case(65535), Case("8000:8100"), Case("80:80"),
    Case("http"), Case("http-8080"), Case("8080-http"), Case("a"), Case("HTTP_2.x"),
    Case("8000-8100a"), Case(.string(String(repeating: "a", count: 128))),

    Case("8000-8100", range("8000:8100")), Case("8000 - 8100", range("8000:8100")),
    Case("8000–8100", range("8000:8100")), Case("8000..8100", range("8000:8100")),
    Case("8000...8100", range("8000:8100")), Case("8000 : 8100", range("8000:8100")),
    Case("8000 to 8100", range("8000:8100")), Case("8000~8100", range("8000:8100")),
    Case("8100-8000", range("8000:8100")), Case("80-80", range("80:80")),
    Case("8100:8000", "min value cannot be greater than max value"),
    Case("8000:", twoEnds), Case(":8100", twoEnds), Case("8000-", twoEnds), Case("-80", twoEnds),
    Case("80,81", "port range invalid: each port is an item of the list, here [80, 81]"),
    Case(
      "80, 443;http",
      "port range invalid: each port is an item of the list, here [80, 443, \"http\"]"),
    Case("80 81", "port range invalid: each port is an item of the list, here [80, 81]"),
    Case(
      "80,8000:8100",
      "port range invalid: each port is an item of the list, here [80, \"8000:8100\"]"),
    Case(
      "tcp/80", "port range invalid: the protocol is the rule's field protocol, here the port is 80"
    ),
    Case(
      "80/TCP", "port range invalid: the protocol is the rule's field protocol, here the port is 80"
    ),
    Case(
      "udp:53", "port range invalid: the protocol is the rule's field protocol, here the port is 53"
    ),
    Case(
      "tcp/http",
      "port range invalid: the protocol is the rule's field protocol, here the port is \"http\""),
    Case(" 80", "port range invalid: there must be no space in it, here \"80\""),
    Case("80\n", "port range invalid: there must be no space in it, here \"80\""),
    Case("http ", "port range invalid: there must be no space in it, here \"http\""),
    Case("0", outOfRange), Case("65536", outOfRange), Case("0:80", outOfRange),
    Case("80:65536", outOfRange), Case(0, outOfRange), Case(65536, outOfRange),
    Case(-80, outOfRange),
    Case("", noPort), Case("1:2:3", noPort), Case("080", noPort), Case("+80", noPort),
    Case("99999999999999999999", noPort), Case("70000-80000", noPort), Case("8.0", noPort),
    Case("web server", noPort), Case("http/2", noPort), Case("*", noPort), Case("_", noPort),
    Case(.string(String(repeating: "a", count: 129)), noPort),
  ]

  @Test("ports", arguments: ports)
  func checkPorts(item: Case) {
    for field in ["ports", "notPorts"] {
      check(
        item, at: "destination.\(field)[0]",
        messages([
          "action": "Deny", "protocol": "TCP", "destination": .object([.init(field, [item.value])]),
        ]))
    }
  }

  @Test("a stored port is what it says or nothing", arguments: ports)
  func storedPorts(item: Case) throws {
    let port = item.value.int.map { PolicyPort.number(Int($0)) } ?? .text(item.value.string ?? "")
    // 0 is a port of a packet, which nobody may ask for.
    let isReadable = port.range != nil || port.name != nil
    let isZero = port.description.hasPrefix("0") && port.range != nil
    #expect(isReadable == (item.message == nil) || isZero)
    #expect(port.range == nil || port.name == nil)
  }

  private static let noCIDR = "must be an IP address or a CIDR"
  private static let span =
    "\(noCIDR): a range of addresses is written as one or more CIDRs, such as 10.0.0.0/24"

  static let nets: [Case] = [
    Case("10.0.0.0/8"), Case("10.0.0.1"), Case("fd00::/8"), Case("fd00::1"), Case("0.0.0.0/0"),
    // Bits of the host are left out, as Calico does.
    Case("10.1.2.3/8"),
    Case("10.0.0.0-10.0.0.255", span), Case("10.0.0.0 - 10.0.0.255", span),
    Case("fd00::1-fd00::9", span),
    Case(
      "10.0.0.0/255.255.255.0",
      "\(noCIDR): a mask is written as the number of its bits, here 10.0.0.0/24"),
    Case(
      "10.0.0.0/", "\(noCIDR): behind the / stands the length of the prefix, a number from 0 to 32"),
    Case(
      "10.0.0.0/33",
      "\(noCIDR): behind the / stands the length of the prefix, a number from 0 to 32"),
    Case(
      "fd00::/129",
      "\(noCIDR): behind the / stands the length of the prefix, a number from 0 to 128"),
    Case(
      "10.0.0.0/255.0.255.0",
      "\(noCIDR): behind the / stands the length of the prefix, a number from 0 to 32"),
    Case(" 10.0.0.0/8", "\(noCIDR): there must be no space in it, here 10.0.0.0/8"),
    Case("10.0.0.0 /8", "\(noCIDR): there must be no space in it, here 10.0.0.0/8"),
    Case("10.0.0.0/8\n", "\(noCIDR): there must be no space in it, here 10.0.0.0/8"),
    Case(
      "10.0.0.0/8,10.1.0.0/16",
      "\(noCIDR): each CIDR is an item of the list, here [10.0.0.0/8, 10.1.0.0/16]"),
    Case(
      "10.0.0.0/8 fd00::/8",
      "\(noCIDR): each CIDR is an item of the list, here [10.0.0.0/8, fd00::/8]"),
    Case("10.0.0/8", noCIDR), Case("010.0.0.1", noCIDR), Case("10.*", noCIDR), Case("any", noCIDR),
    Case("", noCIDR), Case("example.com", noCIDR), Case("[fd00::1]", noCIDR),
  ]

  @Test("addresses and CIDRs", arguments: nets)
  func checkNets(item: Case) {
    check(
      item, at: "source.nets[0]", messages(["action": "Deny", "source": ["nets": [item.value]]]))
  }

  private static let noProtocol =
    "protocol name invalid: must be one of ICMP, TCP, UDP, ICMPv6, SCTP, UDPLite, or a number "
    + "from 1 to 255"

  static let protocols: [Case] = [
    Case("TCP"), Case("tcp"), Case("Tcp"), Case("UDPLite"), Case("icmpv6"), Case(6), Case("6"),
    Case(255), Case("255"),
    Case("TCP ", "\(noProtocol): there must be no space in it, here TCP"),
    Case("\ttcp", "\(noProtocol): there must be no space in it, here tcp"),
    Case("any", "\(noProtocol): for all protocols leave the field out"),
    Case("*", "\(noProtocol): for all protocols leave the field out"),
    Case("TCP/UDP", "\(noProtocol): a rule has one protocol: write a rule for each"),
    Case("TCP, UDP", "\(noProtocol): a rule has one protocol: write a rule for each"),
    Case("0", noProtocol), Case("256", noProtocol), Case("06", noProtocol), Case("TPC", noProtocol),
    Case("ICMP6", noProtocol), Case("tcp/80", noProtocol),
    Case(0, "protocol number invalid: must be between 1 and 255"),
    Case(256, "protocol number invalid: must be between 1 and 255"),
  ]

  @Test("protocols", arguments: protocols)
  func checkProtocols(item: Case) {
    for field in ["protocol", "notProtocol"] {
      check(
        item, at: field, messages(.object([.init("action", "Deny"), .init(field, item.value)])))
    }
  }

  @Test("types of ICMP are numbers")
  func icmp() {
    func found(_ type: Value) -> [String] {
      messages(["action": "Deny", "protocol": "ICMP", "icmp": ["type": type]])
    }
    #expect(found(8).isEmpty)
    #expect(
      found("echo-request") == [
        "spec.ingress[0].icmp.type: must be a whole number, is a string (is 'echo-request')"
      ])
    #expect(
      found("8") == [
        "spec.ingress[0].icmp.type: must be a whole number, is a string: leave the quotes out "
          + "(is '8')"
      ])
  }

  static let selectors: [(String, String)] = [
    ("app = web", "==, !=, contains, starts with, ends with, in or not in after the label app"),
    ("app: web", "==, !=, contains, starts with, ends with, in or not in after the label app"),
    ("app", "==, !=, contains, starts with, ends with, in or not in after the label app"),
    ("app == web", "expected a string in quotes, found \"web\" at position 8"),
    ("app in (a, b)", "expected {, found \"(a, b)\""),
    ("app in {a}", "expected a string in quotes or }, found \"a}\""),
    ("app == 'a' and b == 'c'", "expected &&, || or the end, found \"and b == 'c'\""),
    ("app == 'a' & b == 'c'", "expected &&, || or the end, found \"& b == 'c'\""),
    ("app == 'a'\n", "expected &&, || or the end, found \"\\n\" at position 11"),
    ("app ==\n'a'", "expected a string in quotes, found \"\\n'a'\" at position 7"),
  ]

  @Test("selectors: the message says what is right, on one line", arguments: selectors)
  func checkSelectors(text: String, part: String) throws {
    let found = messages(["action": "Deny", "source": ["selector": .string(text)]])
    let message = try #require(found.first)
    #expect(found.count == 1)
    #expect(message.hasPrefix("spec.ingress[0].source.selector: invalid selector: "))
    #expect(message.contains(part), "\(message)")
    #expect(message.hasSuffix("(is \(text.quoted))"))
    #expect(!message.contains("\n"))
  }

  @Test("a message is one line, whatever the value is and wherever it stands")
  func oneLine() {
    let text = "a\nb\r\u{1b}[31m\u{2028}"
    let found = [
      complaints(.tier, name: text, spec: [:]),
      complaints(.networkPolicy, namespace: text, spec: [:]),
      complaints(.tier, metadata: ["labels": .object([.init(text, .string(text))])], spec: [:]),
      complaints(.tier, spec: .object([.init(text, 1)])),
      complaints(.tier, spec: ["defaultAction": .string(text)]),
      complaints(.ipPool, spec: ["cidr": .string(text), "nodeSelector": .string(text)]),
      complaints(.globalNetworkPolicy, name: "\(text).x", spec: ["tier": "a"]),
      complaints(.globalNetworkPolicy, spec: ["tier": .string(text)]),
      complaints(.hostEndpoint, spec: ["node": .string(text), "interfaceName": .string(text)]),
      complaints(.bgpPeer, spec: ["peerIP": .string(text), "asNumber": .string(text)]),
      complaints(.felixConfiguration, spec: ["logSeverityScreen": .string(text)]),
      [
        JSON.encode(
          .string(ResourceKey(kind: .networkPolicy, namespace: text, name: text).description))
      ],
    ]
    for messages in found {
      #expect(!messages.isEmpty)
      for message in messages {
        #expect(
          message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x2028 }, "\(message)"
        )
      }
    }
    #expect(complaints("kind: \"a\\nb\"\napiVersion: v1").count == 1)
    #expect(complaints("kind: Tier\napiVersion: v1\n\"a\\nb\": &x *y").count == 1)
  }
}
