// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyModel
import Resources
import SyncModel

/// What an item is about whose identity is a name. Items of kinds to come have theirs as this too.
struct ItemName: Coded {
  var name: String

  static var number: Int { 88 }
  static var title: String { "update" }
  static var blank: Self { Self("") }

  init(_ name: String) { self.name = name }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "name", .critical, &name, .text)
  }
}

/// The same for a network.
struct ItemNetwork: Coded {
  var network: CIDR

  static var number: Int { 89 }
  static var title: String { "update" }
  static var blank: Self { Self(.everything(.v4)) }

  init(_ network: CIDR) { self.network = network }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "network", .critical, &network, .network)
  }
}

/// What an item says that says all by its kind.
struct Nothing: Coded {
  static var number: Int { 90 }
  static var title: String { "mark" }
  static var blank: Self { Self() }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {}
}

struct StatusItem: Coded {
  var status: SyncStatus
  var isNew: Bool

  static var number: Int { 91 }
  static var title: String { "status" }
  static var blank: Self { Self(status: .waitForDatastore, isNew: false) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "status", .critical, &status, ChoiceCoder())
    try v.field(9, "isNew", .critical, &isNew, .flag)
  }
}

extension SyncStatus: CodedChoice {
  var number: UInt64 {
    switch self {
    case .waitForDatastore: 1
    case .resyncInProgress: 2
    case .inSync: 3
    }
  }
}

/// The envelope of every kind to come: what it is called, and what it concerns. Kinds to come number
/// their own fields from 8 on.
struct UnknownItem: Coded {
  var name: String
  var concern: SyncConcern

  static var number: Int { 92 }
  static var title: String { "update" }
  static var blank: Self { Self(name: "", concern: .nothing) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "name", .critical, &name, .text)
    var tier: String?
    var namespace: String?
    var endpoint = ""
    var host: String?
    switch concern {
    case .nothing: break
    case .tier(let name): tier = name
    case .workloadEndpoint(let id): (namespace, endpoint) = (id.namespace, id.name)
    case .hostEndpoint(let name): host = name
    }
    try v.field(2, "concern.tier", .critical, &tier, .optionalText)
    try v.field(3, "concern.namespace", .critical, &namespace, .optionalText)
    try v.field(4, "concern.endpoint", .critical, &endpoint, .text)
    try v.field(5, "concern.host", .critical, &host, .optionalText)
    guard V.isReading else { return }
    if let tier {
      concern = .tier(tier)
    } else if let namespace {
      concern = .workloadEndpoint(WorkloadEndpointID(namespace: namespace, name: endpoint))
    } else if let host {
      concern = .hostEndpoint(host)
    }
  }
}
