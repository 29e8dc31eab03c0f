// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What is reserved (compatibility §1.2).
public struct IPReservationSpec: Described {
  public var reservedCIDRs: [String] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(reservedCIDRs: [String]) {
    self.reservedCIDRs = reservedCIDRs
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted(
      "reservedCIDRs", &reservedCIDRs, check: .each(.cidr),
      doc: "Addresses and CIDRs that are never assigned automatically.")
    v.rest(&unknown)
  }
}
