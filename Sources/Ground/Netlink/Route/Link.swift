// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// A network interface as the kernel describes it.
public struct Link: Hashable, Sendable {
  public var index: UInt32
  public var name: String
  /// What somebody noted about it (`ip link set … alias`).
  public var alias: String?
  public var flags: Flags
  /// Bytes; 0 where the kernel did not say.
  public var mtu: UInt32
  /// `nil` for what is not Ethernet.
  public var mac: MACAddress?
  /// "veth", "vxlan", "bridge" …; `nil` for a device that was not created by a request.
  public var kind: String?
  /// The other end of a veth, the device below a VLAN or tunnel.
  public var peerIndex: UInt32?
  /// Where `peerIndex` counts when that is not here: this namespace's number for the other.
  public var peerNamespaceID: Int32?
  /// The bridge, bond or VRF that it is part of.
  public var masterIndex: UInt32?
  public var operationalState: OperationalState
  /// `ARPHRD_*` (linux/if_arp.h): 1 is Ethernet, 772 loopback.
  public var hardwareType: UInt16

  public init(
    index: UInt32, name: String, alias: String? = nil, flags: Flags = [], mtu: UInt32 = 1500,
    mac: MACAddress? = nil, kind: String? = nil, peerIndex: UInt32? = nil,
    peerNamespaceID: Int32? = nil, masterIndex: UInt32? = nil,
    operationalState: OperationalState = .unknown, hardwareType: UInt16 = 1
  ) {
    self.index = index
    self.name = name
    self.alias = alias
    self.flags = flags
    self.mtu = mtu
    self.mac = mac
    self.kind = kind
    self.peerIndex = peerIndex
    self.peerNamespaceID = peerNamespaceID
    self.masterIndex = masterIndex
    self.operationalState = operationalState
    self.hardwareType = hardwareType
  }

  /// Set up by the administrator, whether or not there is a carrier.
  public var isUp: Bool { flags.contains(.up) }

  /// `IFF_*` of linux/if.h.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let up = Flags(rawValue: 0x1)
    public static let broadcast = Flags(rawValue: 0x2)
    public static let loopback = Flags(rawValue: 0x8)
    public static let pointToPoint = Flags(rawValue: 0x10)
    public static let running = Flags(rawValue: 0x40)
    public static let multicast = Flags(rawValue: 0x1000)
    public static let lowerUp = Flags(rawValue: 0x10000)
  }

  /// RFC 2863's state, `IF_OPER_*` of linux/if.h.
  public enum OperationalState: UInt8, Hashable, Sendable {
    case unknown, notPresent, down, lowerLayerDown, testing, dormant, up
  }
}

extension Link {
  /// Attributes of linux/if_link.h.
  enum Attribute {
    static let address: UInt16 = 1
    static let name: UInt16 = 3
    static let mtu: UInt16 = 4
    static let link: UInt16 = 5
    static let master: UInt16 = 10
    static let operationalState: UInt16 = 16
    static let info: UInt16 = 18
    static let alias: UInt16 = 20
    static let namespaceDescriptor: UInt16 = 28
    static let extendedMask: UInt16 = 29
    static let transmitQueues: UInt16 = 31
    static let receiveQueues: UInt16 = 32
    static let linkNamespaceID: UInt16 = 37
    static let targetNamespaceID: UInt16 = 46
    static let infoKind: UInt16 = 1
    static let infoData: UInt16 = 2
    static let vethPeer: UInt16 = 1
  }

  /// Reads a message of the type `newLink` or `deleteLink`. `nil` when it is of a family of its
  /// own (a bridge's ports) or lacks an index or a name.
  init?(_ payload: NetlinkReader) {
    guard let family: UInt8 = payload.load(0), family == 0,
      let hardwareType: UInt16 = payload.load(2),
      let index: UInt32 = payload.load(4), let flags: UInt32 = payload.load(8), payload.count >= 16
    else { return nil }
    self.init(
      index: index, name: "", flags: Flags(rawValue: flags), mtu: 0,
      hardwareType: hardwareType)
    for attribute in payload.dropping(16).attributes {
      let value = attribute.value
      switch attribute.type {
      case Attribute.address: mac = MACAddress(octets: value.bytes)
      case Attribute.name: name = value.string
      case Attribute.alias: alias = value.string
      case Attribute.mtu: mtu = value.load() ?? 0
      case Attribute.link: peerIndex = value.load()
      case Attribute.master: masterIndex = value.load()
      case Attribute.operationalState:
        operationalState = value.load().flatMap { OperationalState(rawValue: $0) } ?? .unknown
      case Attribute.info: kind = value.attribute(Attribute.infoKind)?.string
      case Attribute.linkNamespaceID: peerNamespaceID = value.load()
      default: break
      }
    }
    if name.isEmpty { return nil }
    // 0 is no interface: the device below is not of this namespace or there is none.
    if peerIndex == 0 { peerIndex = nil }
  }
}
