// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// A pool, as routing and masquerading need it.
public struct SyncPool: Sendable, Hashable {
  /// When a pool's traffic is encapsulated between nodes.
  public enum Encapsulation: String, Sendable, Hashable, CaseIterable {
    case never = "Never"
    case crossSubnet = "CrossSubnet"
    case always = "Always"
  }

  public var ipip: Encapsulation
  public var vxlan: Encapsulation
  public var natOutgoing: Bool
  /// Whether it gives no more addresses. What has one keeps it, with its routes and the rest.
  public var disabled: Bool
  public var disableBGPExport: Bool

  public init(
    ipip: Encapsulation = .never, vxlan: Encapsulation = .never, natOutgoing: Bool = false,
    disabled: Bool = false, disableBGPExport: Bool = false
  ) {
    self.ipip = ipip
    self.vxlan = vxlan
    self.natOutgoing = natOutgoing
    self.disabled = disabled
    self.disableBGPExport = disableBGPExport
  }
}

/// A node as its peers see it.
public struct SyncNode: Sendable, Hashable {
  public var ipv4: InterfaceAddress?
  public var ipv6: InterfaceAddress?
  /// `nil`: the cluster's.
  public var asNumber: UInt32?
  public var routeReflectorClusterID: String?
  public var labels: [String: String]

  public init(
    ipv4: InterfaceAddress? = nil, ipv6: InterfaceAddress? = nil, asNumber: UInt32? = nil,
    routeReflectorClusterID: String? = nil, labels: [String: String] = [:]
  ) {
    self.ipv4 = ipv4
    self.ipv6 = ipv6
    self.asNumber = asNumber
    self.routeReflectorClusterID = routeReflectorClusterID
    self.labels = labels
  }
}

/// An IPAM block, as routing needs it.
public struct SyncBlock: Sendable, Hashable {
  /// The node that has it; `nil`: nobody.
  public var node: String?
  /// Addresses of the block that other nodes use, with the node.
  public var borrowed: [IPAddress: String]

  public init(node: String?, borrowed: [IPAddress: String] = [:]) {
    self.node = node
    self.borrowed = borrowed
  }
}

/// A BGP peer beside the mesh.
///
/// It never holds the session's password: these values leave the program that read the datastore,
/// and each agent reads the secrets of its own peers itself.
public struct SyncBGPPeer: Sendable, Hashable {
  /// The node that peers; `nil`: all nodes.
  public var node: String?
  public var address: IPAddress?
  public var port: UInt16?
  public var asNumber: UInt32?

  public init(node: String?, address: IPAddress?, port: UInt16? = nil, asNumber: UInt32?) {
    self.node = node
    self.address = address
    self.port = port
    self.asNumber = asNumber
  }
}
