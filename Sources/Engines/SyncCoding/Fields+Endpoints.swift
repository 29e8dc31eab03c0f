// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyModel
import SyncModel

extension WorkloadEndpointID: Coded {
  static var number: Int { 64 }
  static var title: String { "workload endpoint" }
  static var blank: Self { Self(namespace: "", name: "") }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "namespace", .critical, &namespace, .text)
    var parts = V.isReading ? EndpointName() : EndpointName(name)
    try v.field(2, "name.node", .critical, &parts.node, .text)
    try v.field(3, "name.head", .critical, &parts.head, .text)
    try v.field(4, "name.unique", .critical, &parts.unique, .podSuffix)
    try v.field(5, "name.isWhole", .critical, &parts.isWhole, .flag)
    v.impliedNode = parts.node
    if V.isReading { name = parts.text }
  }
}

extension SyncWorkloadEndpoint: Coded {
  static var number: Int { 65 }
  static var title: String { "workload endpoint" }
  static var blank: Self { Self(node: "", interfaceName: "", nets: []) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    // Absent where the endpoint's name begins with it.
    var named: String? = V.isReading || isSame(node, v.impliedNode) ? nil : node
    try v.field(8, "node", .critical, &named, .optionalText)
    if V.isReading { node = named ?? v.impliedNode }
    try v.field(9, "interfaceName", .critical, &interfaceName, .interfaceName)
    try v.field(10, "nets", .critical, &nets, .networks)
    try v.field(11, "mac", .critical, &mac, .mac)
    try v.field(12, "created", .ignorable, &created, .time)
    try v.field(13, "containerID", .ignorable, &containerID, .containerID)
    try v.field(14, "labels", .critical, &labels, .labels)
    try v.field(15, "profiles", .critical, &profiles, .list)
    // Absent where they are the same.
    var other: [String]? = V.isReading || isSame(labelProfiles, profiles) ? nil : labelProfiles
    try v.field(16, "labelProfiles", .critical, &other, .optionalList)
    if V.isReading { labelProfiles = other ?? profiles }
    try v.shared(17, "ports", .critical, &ports)
    try v.field(18, "allowedSourcePrefixes", .ignorable, &allowedSourcePrefixes, .networks)
    try v.field(19, "allowsNothing", .critical, &allowsNothing, .flag)
  }

  mutating func allowNothing(because reason: String) -> Bool {
    allowsNothing = true
    return true
  }
}

extension SyncEndpointPort: Coded {
  static var number: Int { 66 }
  static var title: String { "port" }
  static var blank: Self { Self(name: "", transport: IPProtocol(rawValue: 0), port: 0) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "name", .critical, &name, .text)
    var number: IPProtocol? = transport
    try v.field(2, "transport", .critical, &number, .transport)
    if V.isReading { transport = number ?? IPProtocol(rawValue: 0) }
    try v.field(3, "port", .critical, &port, .port)
  }
}

extension SyncHostEndpoint: Coded {
  static var number: Int { 67 }
  static var title: String { "host endpoint" }
  static var blank: Self { Self(node: "", interfaceName: "") }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "node", .critical, &node, .text)
    try v.field(9, "interfaceName", .critical, &interfaceName, .text)
    try v.field(10, "addresses", .critical, &addresses, .addresses)
    try v.field(11, "labels", .critical, &labels, .labels)
    try v.field(12, "profiles", .critical, &profiles, .list)
    var other: [String]? = V.isReading || isSame(labelProfiles, profiles) ? nil : labelProfiles
    try v.field(13, "labelProfiles", .critical, &other, .optionalList)
    if V.isReading { labelProfiles = other ?? profiles }
    try v.shared(14, "ports", .critical, &ports)
    try v.field(15, "allowsNothing", .critical, &allowsNothing, .flag)
  }

  mutating func allowNothing(because reason: String) -> Bool {
    allowsNothing = true
    return true
  }
}

extension NetworkSetID: Coded {
  static var number: Int { 68 }
  static var title: String { "network set" }
  static var blank: Self { Self(namespace: nil, name: "") }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(1, "namespace", .critical, &namespace, .optionalText)
    try v.field(2, "name", .critical, &name, .text)
  }
}

extension SyncNetworkSet: Coded {
  static var number: Int { 69 }
  static var title: String { "network set" }
  static var blank: Self { Self(nets: []) }

  mutating func visit<V: CodingVisitor>(_ v: inout V) throws(V.Failure) {
    try v.field(8, "nets", .critical, &nets, .networks)
    try v.field(9, "labels", .critical, &labels, .labels)
    try v.field(10, "profiles", .critical, &profiles, .list)
    try v.field(11, "allowsNothing", .critical, &allowsNothing, .flag)
  }

  mutating func allowNothing(because reason: String) -> Bool {
    allowsNothing = true
    return true
  }
}
