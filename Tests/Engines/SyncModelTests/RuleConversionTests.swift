// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import PolicyModel
import Resources
import Selectors
import SyncModel
import Testing
import ValueTree

@Suite("Rules, converted")
struct RuleConversionTests {
  @Test("actions, families, protocols and ICMP are carried over")
  func plainFields() {
    var rule = Rule(.pass, transport: "icmp")
    rule.ipVersion = 4
    rule.icmp = ICMPFields(type: 8, code: 0)
    rule.notICMP = ICMPFields(type: 3)
    rule.notTransport = 17
    #expect(
      Converted.rule(rule).rule
        == SyncRule(
          .pass, index: 0, family: .v4, transport: .icmp, notTransport: .udp,
          icmp: ICMPMatch(type: 8, code: 0), notICMP: ICMPMatch(type: 3)))
    for (action, wanted) in [
      (Rule.Action.allow, RuleAction.allow), (.deny, .deny), (.log, .log), (.pass, .pass),
    ] {
      #expect(Converted.rule(Rule(action)).rule == SyncRule(wanted, index: 0))
    }
  }

  @Test("nets are normalised, ports are numbers and names")
  func netsAndPorts() throws {
    var end = EntityRule(nets: ["10.0.0.7/8", "192.0.2.1"])
    end.notNets = ["10.1.2.3"]
    end.ports = [80, "90:100", "http", "443"]
    end.notPorts = ["dns", 53]
    let source = try #require(
      Converted.rule(Rule(.allow, transport: "TCP", source: end)).rule?.source)
    #expect(source.nets.map(\.description) == ["10.0.0.0/8", "192.0.2.1/32"])
    #expect(source.notNets.map(\.description) == ["10.1.2.3/32"])
    #expect(source.ports.map(\.description) == ["80", "90:100", "443"])
    #expect(source.names.namedPorts == ["http"])
    #expect(source.notPorts.map(\.description) == ["53"])
    #expect(source.names.notNamedPorts == ["dns"])
    #expect(source.names.selector == nil)
  }

  @Test("the CIDRs of a rule bind it to their IP version, negated ones too")
  func family() {
    for (nets, notNets, family) in [
      (["10.0.0.0/8"], [], IPFamily.v4), ([], ["fd00::/8"], .v6), ([], [], nil),
    ] {
      var end = EntityRule(nets: nets)
      end.notNets = notNets
      #expect(Converted.rule(Rule(.deny, destination: end)).rule?.family == family)
    }
    var rule = Rule(.deny, source: EntityRule(nets: ["10.0.0.0/8"]))
    rule.ipVersion = 6
    let (result, converted) = Converted.rule(rule)
    #expect(result?.family == .v6)
    #expect(result?.source.nets.count == 1)
    #expect(
      converted.wrongFields == ["spec.ingress[0].ipVersion", "spec.ingress[0].source.nets[0]"])
  }

  @Test("CIDRs of both versions are wrong; a Deny matches them as they stand")
  func bothFamilies() {
    let end = EntityRule(nets: ["10.0.0.0/8", "fd00::/8"])
    let (deny, converted) = Converted.rule(Rule(.deny, source: end))
    #expect(deny?.source.nets.count == 2)
    #expect(deny?.family == nil)
    #expect(converted.wrongFields == ["spec.ingress[0]"])
    #expect(Converted.rule(Rule(.allow, source: end)).rule?.neverMatches != nil)
  }

  @Test(
    "a namespace selector asks for inherited labels, all() for any namespace, global() for none",
    arguments: [
      ("zone == 'red'", "pcns.zone == \"red\""),
      ("has(zone) && zone != 'red'", "(has(pcns.zone) && pcns.zone != \"red\")"),
      ("zone in {}", "pcns.zone in {}"),
      ("!all()", "!all()"),
      ("zone != 'red'", "(has(projectcalico.org/namespace) && pcns.zone != \"red\")"),
      ("!has(zone)", "(has(projectcalico.org/namespace) && !has(pcns.zone))"),
      ("zone not in {}", "(has(projectcalico.org/namespace) && pcns.zone not in {})"),
      (
        "all() || zone == 'red'",
        "(has(projectcalico.org/namespace) && (all() || pcns.zone == \"red\"))"
      ),
      ("all()", "has(projectcalico.org/namespace)"),
      ("global()", "!has(projectcalico.org/namespace)"),
    ])
  func namespaceSelector(text: String, wanted: String) {
    let alone = EntityRule(namespaceSelector: text)
    let both = EntityRule(selector: "app == 'x'", namespaceSelector: text)
    for inNamespace in [true, false] {
      #expect(
        Converted.source(alone, inNamespace: inNamespace)?.names.selector?.canonical == wanted)
      #expect(
        Converted.source(both, inNamespace: inNamespace)?.names.selector?.canonical
          == "(\(wanted) && app == \"x\")")
    }
  }

  @Test("in a network policy, a selector without namespace selector is for the namespace only")
  func ownNamespace() {
    let own = "projectcalico.org/namespace == \"ns\""
    let labelled = EntityRule(selector: "app == 'x'")
    #expect(
      Converted.source(labelled, inNamespace: true)?.names.selector?.canonical
        == "(\(own) && app == \"x\")")
    #expect(Converted.source(labelled)?.names.selector?.canonical == "app == \"x\"")
    let all = EntityRule(selector: "all()")
    #expect(Converted.source(all, inNamespace: true)?.names.selector?.canonical == own)
    #expect(Converted.source(all)?.names.selector == .all)
    #expect(Converted.source(EntityRule(), inNamespace: true) == SyncMatch())
  }

  @Test("a notSelector narrows a selector, and alone excludes")
  func notSelector() {
    var end = EntityRule(selector: "has(app)")
    end.notSelector = "app == 'x'"
    let both = Converted.source(end)
    #expect(both?.names.selector?.canonical == "(has(app) && !app == \"x\")")
    #expect(both?.names.notSelector == nil)
    end.selector = ""
    let alone = Converted.source(end)
    #expect(alone?.names.selector == nil)
    #expect(alone?.names.notSelector?.canonical == "app == \"x\"")
    #expect(
      Converted.source(end, inNamespace: true)?.names.selector?.canonical
        == "(projectcalico.org/namespace == \"ns\" && !app == \"x\")")
  }

  @Test("service accounts are labels")
  func serviceAccounts() {
    var end = EntityRule()
    var accounts = ServiceAccountMatch()
    accounts.names = ["b", "a"]
    end.serviceAccounts = accounts
    let names = "projectcalico.org/serviceaccount in {\"a\", \"b\"}"
    #expect(Converted.source(end)?.names.selector?.canonical == names)
    #expect(
      Converted.source(end, inNamespace: true)?.names.selector?.canonical
        == "(projectcalico.org/namespace == \"ns\" && \(names))")
    accounts.selector = "role == 'db'"
    end.serviceAccounts = accounts
    #expect(Converted.source(end)?.names.selector?.canonical == "(\(names) && pcsa.role == \"db\")")
    // Who has no service account has none that is not this one.
    accounts.names = []
    for (text, wanted) in [
      ("role != 'db'", "(has(pcsa.projectcalico.org/name) && pcsa.role != \"db\")"),
      ("all()", "has(pcsa.projectcalico.org/name)"), ("!all()", "!all()"),
    ] {
      accounts.selector = text
      end.serviceAccounts = accounts
      #expect(Converted.source(end)?.names.selector?.canonical == wanted)
    }
  }

  @Test("a service account with a name longer than a label's value is found by it")
  func longAccountName() {
    let long = String(repeating: "a", count: 64)
    var end = EntityRule()
    var accounts = ServiceAccountMatch()
    accounts.names = ["b", long]
    end.serviceAccounts = accounts
    #expect(
      Converted.source(end)?.names.selector?.canonical
        == "pcsa.projectcalico.org/name in {\"\(long)\", \"b\"}")
  }

  /// Rules with one criterion that cannot be evaluated, and the field that is to be named.
  static let broken: [(field: String, isWrong: Bool, rule: Rule)] = {
    var cases: [(field: String, isWrong: Bool, rule: Rule)] = []
    func add(
      _ field: String, wrong: Bool = true, _ transport: ProtocolMatch? = "TCP",
      _ change: (inout Rule) -> Void
    ) {
      var rule = Rule(.allow, transport: transport)
      change(&rule)
      cases.append((field, wrong, rule))
    }
    add("http", wrong: false) { $0.http = HTTPMatch() }
    add("source.services", wrong: false) {
      $0.source.services = ServiceMatch()
      $0.source.services?.name = "db"
      $0.source.services?.namespace = "ns"
    }
    add("unheardOf", wrong: false) { $0.unknown = [UnknownMember("unheardOf", true)] }
    add("destination.unheardOf", wrong: false) {
      $0.destination.unknown = [UnknownMember("unheardOf", true)]
    }
    add("source.nets[1]") { $0.source.nets = ["10.0.0.0/8", "10.0.0.0/33"] }
    add("destination.notNets[0]") { $0.destination.notNets = ["here"] }
    add("source.selector") { $0.source.selector = "app ==" }
    add("source.selector") { $0.source.selector = "global()" }
    add("source.namespaceSelector") { $0.source.namespaceSelector = "global() && has(x)" }
    add("source.namespaceSelector") { $0.source.namespaceSelector = "!global()" }
    add("source.serviceAccounts.selector") {
      var accounts = ServiceAccountMatch()
      accounts.selector = "global()"
      $0.source.serviceAccounts = accounts
    }
    add("source.notSelector") { $0.source.notSelector = "((" }
    add("source.serviceAccounts.names") {
      var accounts = ServiceAccountMatch()
      accounts.names = ["a\"b'c"]
      $0.source.serviceAccounts = accounts
    }
    add("destination.ports", nil) { $0.destination.ports = [80] }
    add("destination.notPorts", "ICMP") { $0.destination.notPorts = ["http"] }
    add("destination.ports[0]") { $0.destination.ports = [70000] }
    add("destination.ports[1]") { $0.destination.ports = [80, "9:1"] }
    for text in [
      "8000-8100", "8000..8100", "8000:", "tcp/80", "80/tcp", "80,81", " 80", "80 ", "", "_",
      "65536", "a b", "a\nb", "080",
    ] {
      add("destination.ports[1]") { $0.destination.ports = ["http", .text(text)] }
      add("source.notPorts[0]") { $0.source.notPorts = [.text(text)] }
    }
    add("protocol") { $0.transport = "carrier-pigeon" }
    add("notProtocol") { $0.notTransport = 300 }
    add("ipVersion") { $0.ipVersion = 5 }
    add("icmp") { $0.icmp = ICMPFields(type: 8) }
    add("icmp.type", "ICMP") { $0.icmp = ICMPFields(type: 300) }
    add("notICMP.code", "ICMP") { $0.notICMP = ICMPFields(type: 1, code: -1) }
    return cases
  }()

  @Test("what cannot be evaluated is named, and never makes a rule allow more")
  func failClosed() throws {
    for (field, isWrong, rule) in Self.broken {
      for action in [Rule.Action.allow, .pass, .log, .deny] {
        var rule = rule
        rule.action = action
        let (result, converted) = Converted.rule(rule)
        let path = "spec.ingress[0].\(field)"
        // HTTP is only for Allow rules.
        let isFault = isWrong || (field == "http" && action != .allow)
        #expect(converted.wrongFields == (isFault ? [path] : []), "\(field)")
        #expect(converted.askingFields == (isWrong ? [] : [path]), "\(field)")
        let asks: Set<Feature> =
          switch field {
          case "http": [.httpMatch]
          case "source.services": [.serviceMatch]
          default: []
          }
        #expect(result?.asks == asks, "\(field)")
        if !asks.isEmpty {
          // Whether it can be evaluated is decided where it is known who does what.
          #expect(result?.action.rawValue == action.rawValue.lowercased(), "\(field)")
          #expect(result?.neverMatches == nil, "\(field)")
        } else if action == .deny || action == .pass {
          // What a Pass with it may have passed on, a later rule could allow.
          #expect(result?.action == .deny, "\(field)")
          #expect(result?.neverMatches == nil, "\(field)")
        } else {
          #expect(result?.neverMatches?.contains(path) == true, "\(field)")
        }
      }
    }
  }

  @Test("a Deny goes on without the criterion, and keeps the others")
  func denyWithout() throws {
    var rule = Rule(.deny, transport: "TCP")
    rule.source.nets = ["10.0.0.0/8", "bad"]
    rule.source.selector = "app =="
    rule.destination.ports = [80]
    rule.destination.services = ServiceMatch()
    var wanted = SyncRule(.deny, index: 0, transport: .tcp)
    wanted.destination.ports = [PortRange(80)]
    wanted.asks = [.serviceMatch]
    #expect(Converted.rule(rule).rule == wanted)
    // Ports without a protocol that has any cannot be asked for.
    rule.transport = "nonsense"
    #expect(Converted.rule(rule).rule == SyncRule(.deny, index: 0, asks: [.serviceMatch]))
  }

  @Test("one bad rule leaves the others alone")
  func neighbours() {
    var bad = Rule(.allow)
    bad.http = HTTPMatch()
    let converted = Converted.globalPolicy {
      $0.ingress = [Rule(.allow), bad, Rule(.allow)]
      $0.egress = [bad]
    }
    #expect(converted.policy?.ingress.map(\.asks) == [[], [.httpMatch], []])
    #expect(converted.askingFields == ["spec.egress[0].http", "spec.ingress[1].http"])
  }

  @Test("a rule keeps its place in the object as written; what stands for others has none")
  func places() {
    let converted = Converted.globalPolicy {
      $0.ingress = [Rule(.allow), Rule(.deny, transport: "nonsense"), Rule(.allow)]
      $0.egress = [Rule(.pass)]
    }
    #expect(converted.policy?.ingress.map(\.index) == [0, 1, 2])
    #expect(converted.policy?.egress.map(\.index) == [0])
    let unread = Converted.globalPolicy {
      $0.ingress = [Rule(.allow), Rule(.allow)]
      $0.unknown = [UnknownMember("ingress", 5)]
    }
    #expect(unread.policy?.ingress == [SyncRule(.deny)] && unread.policy?.ingress[0].index == nil)
  }
}
