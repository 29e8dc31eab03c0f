// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import PolicyModel
import Selectors
import SyncModel

extension PolicyID: Coded {
  static var number: Int { 70 }
  static var title: String { "policy" }
  static var blank: Self { Self(kind: .globalNetworkPolicy, name: "") }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "kind", .critical, &kind, ChoiceCoder())
    try v.field(2, "namespace", .critical, &namespace, .optionalText)
    try v.field(3, "name", .critical, &name, .text)
  }
}

extension SyncPolicy: Coded {
  static var number: Int { 71 }
  static var title: String { "policy" }
  static var blank: Self { Self(tier: "", appliesToIngress: false) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "tier", .critical, &tier, .text)
    try v.field(9, "order", .critical, &order, .double)
    var other: Selector? = selector == .all ? nil : selector
    try v.field(10, "selector", .critical, &other, .selector)
    if V.isReading { selector = other ?? .all }
    try v.field(11, "appliesToIngress", .critical, &appliesToIngress, .flag)
    try v.field(12, "appliesToEgress", .critical, &appliesToEgress, .flag)
    try v.structures(13, "ingress", .critical, &ingress)
    try v.structures(14, "egress", .critical, &egress)
    try v.field(15, "doNotTrack", .critical, &doNotTrack, .flag)
    try v.field(16, "preDNAT", .critical, &preDNAT, .flag)
    try v.field(17, "applyOnForward", .critical, &applyOnForward, .flag)
  }

  mutating func allowNothing(because reason: String) -> Bool {
    ingress.allowNothing(because: reason)
    egress.allowNothing(because: reason)
    return true
  }
}

extension SyncTier: Coded {
  static var number: Int { 72 }
  static var title: String { "tier" }
  static var blank: Self { Self(order: nil) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "order", .critical, &order, .double)
    try v.field(9, "defaultAction", .critical, &defaultAction, ChoiceCoder())
    try v.field(10, "onlyDenies", .critical, &onlyDenies, .flag)
  }

  mutating func allowNothing(because reason: String) -> Bool {
    onlyDenies = true
    return true
  }
}

extension SyncProfile: Coded {
  static var number: Int { 73 }
  static var title: String { "profile" }
  static var blank: Self { Self() }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.structures(8, "ingress", .critical, &ingress)
    try v.structures(9, "egress", .critical, &egress)
    try v.field(10, "labels", .critical, &labels, .labels)
  }

  mutating func allowNothing(because reason: String) -> Bool {
    ingress.allowNothing(because: reason)
    egress.allowNothing(because: reason)
    return true
  }
}

extension SyncRule: Coded {
  static var number: Int { 74 }
  static var title: String { "rule" }
  /// Of an action that is not known is known that it must not allow.
  static var blank: Self { Self(.deny) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "action", .critical, &action, ChoiceCoder())
    try v.field(2, "index", .ignorable, &index, NumberCoder())
    try v.field(3, "family", .critical, &family, OptionalChoiceCoder())
    try v.field(4, "transport", .critical, &transport, .transport)
    try v.field(5, "notTransport", .critical, &notTransport, .transport)
    try v.field(6, "icmp", .critical, &icmp, .icmp)
    try v.field(7, "notICMP", .critical, &notICMP, .icmp)
    try v.structure(8, "source", .critical, &source)
    try v.structure(9, "destination", .critical, &destination)
    try v.field(10, "neverMatches", .critical, &neverMatches, .optionalText)
    try v.field(11, "asks", .critical, &asks, .features)
  }

  /// As conversion does with what it does not know: a Deny goes on without the criterion, and what
  /// a Pass would have passed on is denied.
  mutating func allowNothing(because reason: String) -> Bool {
    switch action {
    case .deny: break
    case .pass: action = .deny
    case .allow, .log: neverMatches = neverMatches ?? reason
    }
    return true
  }
}

extension [SyncRule] {
  fileprivate mutating func allowNothing(because reason: String) {
    for index in indices { _ = self[index].allowNothing(because: reason) }
  }
}

extension SyncMatch: Coded {
  static var number: Int { 75 }
  static var title: String { "match" }
  static var blank: Self { Self() }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "nets", .critical, &nets, .networks)
    try v.field(2, "notNets", .critical, &notNets, .networks)
    try v.field(3, "ports", .critical, &ports, .portRanges)
    try v.field(4, "notPorts", .critical, &notPorts, .portRanges)
    // From 8 on.
    try v.group("names", &names)
  }
}

/// Fields of a match, of which its own number 1 to 7.
extension SelectorNames: Coded {
  static var number: Int { 76 }
  static var title: String { "match" }
  static var blank: Self { Self() }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "selector", .critical, &selector, .selector)
    try v.field(9, "notSelector", .critical, &notSelector, .selector)
    try v.field(10, "namedPorts", .critical, &namedPorts, .list)
    try v.field(11, "notNamedPorts", .critical, &notNamedPorts, .list)
  }
}

/// What a rule asks for, by names; absent is nothing. One that this version does not know is nothing
/// that anybody here could do.
struct FeaturesCoder: FieldCoder {
  func write(_ value: Set<Feature>, to encoder: inout FrameEncoder) -> Wire? {
    ListCoder().write(value.map(\.rawValue).sorted(), to: &encoder)
  }

  func read(
    _ wire: Wire, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) -> Set<Feature>? {
    guard let names = try ListCoder().read(wire, from: &decoder) else { return nil }
    let known = names.compactMap(Feature.init)
    if known.count < names.count { decoder.noteUnknownValue() }
    return Set(known)
  }
}

extension FieldCoder where Self == FeaturesCoder {
  static var features: Self { Self() }
}

extension PolicyID.Kind: CodedChoice {
  var number: UInt64 {
    switch self {
    case .networkPolicy: 1
    case .globalNetworkPolicy: 2
    case .kubernetesNetworkPolicy: 3
    }
  }
}

extension RuleAction: CodedChoice {
  var number: UInt64 {
    switch self {
    case .allow: 1
    case .deny: 2
    case .pass: 3
    case .log: 4
    }
  }
}

extension TierDefaultAction: CodedChoice {
  var number: UInt64 {
    switch self {
    case .deny: 1
    case .pass: 2
    }
  }
}

extension IPFamily: CodedChoice {
  var number: UInt64 {
    switch self {
    case .v4: 4
    case .v6: 6
    }
  }
}
