// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Netlink

/// What the dataplane does by configuration (compatibility §4.2). All of it may change while it
/// runs, but for the interface prefixes.
public struct DataplaneConfiguration: Sendable, Hashable {
  /// What happens to allowed traffic from a workload to its own host.
  public enum EndpointToHostAction: String, Sendable, Hashable, CaseIterable {
    case drop = "DROP"
    case accept = "ACCEPT"
    /// Left to the host's other rules.
    case `return` = "RETURN"
  }

  /// What denied traffic gets.
  public enum DenyAction: String, Sendable, Hashable, CaseIterable {
    case drop = "DROP"
    case reject = "REJECT"
  }

  /// Interfaces that start so are workloads'.
  public var interfacePrefixes: [String]
  public var endpointToHostAction: EndpointToHostAction
  public var denyAction: DenyAction
  /// What a Log rule's line starts with.
  public var logPrefix: String
  /// Packets that conntrack calls invalid are dropped unless this is set.
  public var skipsInvalidCheck: Bool
  public var ipv6Enabled: Bool
  /// The protocol number of workload routes.
  public var routeProtocol: RouteProtocol
  /// The source address of workload routes; `nil` leaves it to the kernel.
  public var routeSourceIPv4: IPAddress?
  public var routeSourceIPv6: IPAddress?
  /// Whether routes on workload interfaces that are not ours go.
  public var removesExternalRoutes: Bool
  /// The bits that we may use of a packet's mark; the second lowest marks a Pass.
  public var markMask: UInt32
  /// The address that masquerading uses; `nil` is that of the interface which a packet leaves by.
  public var natOutgoingAddress: IPAddress?
  /// The ports that masquerading uses; `nil` is the kernel's choice.
  public var natPortRange: PortRange?
  /// Workloads may not send VXLAN to this UDP port: they could write the inner packet's addresses
  /// as they like. `nil` allows it.
  public var refusedVXLANPort: UInt16?
  /// Workloads may not send IP in IP, for the same reason.
  public var refusesIPIP: Bool

  public init(
    interfacePrefixes: [String] = ["cali"], endpointToHostAction: EndpointToHostAction = .drop,
    denyAction: DenyAction = .drop, logPrefix: String = "calico-packet",
    skipsInvalidCheck: Bool = false, ipv6Enabled: Bool = true, routeProtocol: RouteProtocol = .boot,
    routeSourceIPv4: IPAddress? = nil, routeSourceIPv6: IPAddress? = nil,
    removesExternalRoutes: Bool = true, markMask: UInt32 = 0xffff_0000,
    natOutgoingAddress: IPAddress? = nil, natPortRange: PortRange? = nil,
    refusedVXLANPort: UInt16? = 4789, refusesIPIP: Bool = true
  ) {
    self.interfacePrefixes = interfacePrefixes
    self.endpointToHostAction = endpointToHostAction
    self.denyAction = denyAction
    self.logPrefix = logPrefix
    self.skipsInvalidCheck = skipsInvalidCheck
    self.ipv6Enabled = ipv6Enabled
    self.routeProtocol = routeProtocol
    self.routeSourceIPv4 = routeSourceIPv4
    self.routeSourceIPv6 = routeSourceIPv6
    self.removesExternalRoutes = removesExternalRoutes
    self.markMask = markMask
    self.natOutgoingAddress = natOutgoingAddress
    self.natPortRange = natPortRange
    self.refusedVXLANPort = refusedVXLANPort
    self.refusesIPIP = refusesIPIP
  }
}
