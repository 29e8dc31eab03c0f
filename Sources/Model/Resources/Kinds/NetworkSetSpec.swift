// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a network set or global network set is (compatibility §1.2).
public struct NetworkSetSpec: Described {
  public var nets: [String] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(nets: [String]) {
    self.nets = nets
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("nets", &nets, check: .each(.cidr), doc: "Addresses and CIDRs of the set.")
    v.rest(&unknown)
  }
}

/// What a global network set is.
public typealias GlobalNetworkSetSpec = NetworkSetSpec
