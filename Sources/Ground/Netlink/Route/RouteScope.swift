// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How far away what an address or a route leads to is (`RT_SCOPE_*`).
public struct RouteScope: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let universe = RouteScope(rawValue: 0)
  public static let site = RouteScope(rawValue: 200)
  public static let link = RouteScope(rawValue: 253)
  public static let host = RouteScope(rawValue: 254)
  public static let nowhere = RouteScope(rawValue: 255)
}

/// Who made a route (`RTPROT_*`).
public struct RouteProtocol: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let unspecified = RouteProtocol(rawValue: 0)
  public static let kernel = RouteProtocol(rawValue: 2)
  public static let boot = RouteProtocol(rawValue: 3)
  public static let `static` = RouteProtocol(rawValue: 4)
  public static let bird = RouteProtocol(rawValue: 12)
}

/// What a route does with a packet (`RTN_*`).
public struct RouteType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let unicast = RouteType(rawValue: 1)
  public static let local = RouteType(rawValue: 2)
  public static let broadcast = RouteType(rawValue: 3)
  public static let anycast = RouteType(rawValue: 4)
  public static let multicast = RouteType(rawValue: 5)
  public static let blackhole = RouteType(rawValue: 6)
  public static let unreachable = RouteType(rawValue: 7)
  public static let prohibit = RouteType(rawValue: 8)
  public static let `throw` = RouteType(rawValue: 9)

  /// Leads nowhere: the packet is not sent on.
  var isDiscarding: Bool {
    [.blackhole, .unreachable, .prohibit, .throw].contains(self)
  }
}

/// Well-known routing tables.
public enum RouteTable {
  public static let `default`: UInt32 = 253
  public static let main: UInt32 = 254
  public static let local: UInt32 = 255
}
