// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Addresses that are never assigned automatically; to ask for one of them by itself is allowed.
public struct IPReservation: Resource {
  public static var kind: Kind { .ipReservation }
  public var metadata = Metadata()
  public var spec = IPReservationSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public static var columns: [TableColumn<IPReservation>] { [.name] }

  public static var wideColumns: [TableColumn<IPReservation>] {
    [.name, .list("CIDRS", limit: 80) { $0.spec.reservedCIDRs }]
  }
}
