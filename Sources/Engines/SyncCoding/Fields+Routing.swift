// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import SyncModel

// What is critical here and not known makes the whole as if it were not there (`Coded.allowNothing`).

extension SyncPool: Coded {
  static var number: Int { 77 }
  static var title: String { "pool" }
  static var blank: Self { Self() }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "ipip", .critical, &ipip, ChoiceCoder())
    try v.field(9, "vxlan", .critical, &vxlan, ChoiceCoder())
    try v.field(10, "natOutgoing", .critical, &natOutgoing, .flag)
    try v.field(11, "disabled", .critical, &disabled, .flag)
    try v.field(12, "disableBGPExport", .critical, &disableBGPExport, .flag)
  }
}

extension SyncPool.Encapsulation: CodedChoice {
  var number: UInt64 {
    switch self {
    case .never: 1
    case .crossSubnet: 2
    case .always: 3
    }
  }
}

extension SyncNode: Coded {
  static var number: Int { 78 }
  static var title: String { "node" }
  static var blank: Self { Self() }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "ipv4", .critical, &ipv4, .interfaceAddress)
    try v.field(9, "ipv6", .critical, &ipv6, .interfaceAddress)
    try v.field(10, "asNumber", .critical, &asNumber, NumberCoder())
    try v.field(11, "routeReflectorClusterID", .critical, &routeReflectorClusterID, .optionalText)
    try v.field(12, "labels", .ignorable, &labels, .labels)
  }
}

extension SyncBlock: Coded {
  static var number: Int { 79 }
  static var title: String { "block" }
  static var blank: Self { Self(node: nil) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "node", .critical, &node, .optionalText)
    try v.field(9, "borrowed", .critical, &borrowed, .borrowed)
  }
}

extension SyncBGPPeer: Coded {
  static var number: Int { 80 }
  static var title: String { "BGP peer" }
  static var blank: Self { Self(node: nil, address: nil, asNumber: nil) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "node", .critical, &node, .optionalText)
    try v.field(9, "address", .critical, &address, .address)
    try v.field(10, "port", .critical, &port, NumberCoder())
    try v.field(11, "asNumber", .critical, &asNumber, NumberCoder())
  }
}

extension SyncBGPConfiguration: Coded {
  static var number: Int { 81 }
  static var title: String { "BGP configuration" }
  static var blank: Self { Self(meshEnabled: false) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "asNumber", .critical, &asNumber, NumberCoder())
    try v.field(9, "listenPort", .critical, &listenPort, NumberCoder())
    try v.field(10, "logSeverity", .ignorable, &logSeverity, OptionalChoiceCoder())
    try v.field(11, "meshEnabled", .critical, &meshEnabled, .flag)
  }
}

extension SyncBGPConfiguration.LogSeverity: CodedChoice {
  var number: UInt64 {
    switch self {
    case .none: 1
    case .trace: 2
    case .debug: 3
    case .info: 4
    case .warning: 5
    case .error: 6
    case .fatal: 7
    case .panic: 8
    }
  }
}

extension SyncFelixConfiguration: Coded {
  static var number: Int { 82 }
  static var title: String { "Felix configuration" }
  static var blank: Self { Self() }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "nodeSelector", .critical, &nodeSelector, .selector)
    try v.field(9, "parameters", .critical, &parameters, .labels)
  }
}
