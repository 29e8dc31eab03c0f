// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A chain of rules. With a `hook` it is a base chain, which packets come into by themselves.
public struct NFTChain: Hashable, Sendable {
  public var table: NFTTableID
  /// Up to 255 bytes.
  public var name: String
  public var hook: NFTHook?
  public var userData: NFTUserData
  /// Given by the kernel; `nil` in a new one.
  public var handle: UInt64?

  public init(
    _ table: NFTTableID, _ name: String, hook: NFTHook? = nil, comment: String? = nil
  ) {
    self.table = table
    self.name = name
    self.hook = hook
    userData = NFTUserData()
    self.comment = comment
  }

  /// Shown by `nft list`.
  public var comment: String? {
    get { userData.text(NFTUserData.comment) }
    set { userData.setText(NFTUserData.comment, newValue) }
  }
}

/// Where and when a base chain is run, and what becomes of a packet that reaches its end.
public struct NFTHook: Hashable, Sendable {
  public var point: Point
  /// Lower is earlier; 0 is "filter".
  public var priority: Int32
  /// "filter", "nat" or "route".
  public var type: String
  public var policy: Policy
  /// The interfaces, for the families and points that have them.
  public var devices: [String]

  public init(
    _ point: Point, priority: Int32, type: String = "filter", policy: Policy = .accept,
    devices: [String] = []
  ) {
    self.point = point
    self.priority = priority
    self.type = type
    self.policy = policy
    self.devices = devices
  }

  /// `NF_INET_*` of linux/netfilter.h; in the family netdev 0 is ingress and 1 egress.
  public struct Point: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let prerouting = Point(rawValue: 0)
    public static let input = Point(rawValue: 1)
    public static let forward = Point(rawValue: 2)
    public static let output = Point(rawValue: 3)
    public static let postrouting = Point(rawValue: 4)
  }

  public enum Policy: UInt32, Hashable, Sendable {
    case drop = 0
    case accept = 1
  }

  /// Well-known priorities (linux/netfilter_ipv4.h).
  public enum Priority {
    public static let raw: Int32 = -300
    public static let conntrack: Int32 = -200
    public static let mangle: Int32 = -150
    public static let destinationNAT: Int32 = -100
    public static let filter: Int32 = 0
    public static let security: Int32 = 50
    public static let sourceNAT: Int32 = 100
  }
}

extension NFTChain {
  init?(family: NFTFamily, _ payload: NetlinkReader) {
    let attributes = AttributeTable(payload, upTo: 12)
    guard let table = attributes.string(1), let name = attributes.string(3) else { return nil }
    self.table = NFTTableID(family, table)
    self.name = name
    handle = attributes.be64(2)
    userData = NFTUserData(bytes: attributes[12]?.bytes ?? [])
    hook = nil
    guard let nested = attributes[4] else { return }
    let inner = AttributeTable(nested, upTo: 4)
    guard let point = inner.be32(1), let priority = inner.be32(2) else { return nil }
    var devices = inner[3].map { [$0.string] } ?? []
    if let list = inner[4] { devices = list.attributes.map(\.value.string) }
    hook = NFTHook(
      NFTHook.Point(rawValue: point), priority: Int32(bitPattern: priority),
      type: attributes.string(7) ?? "filter",
      policy: attributes.be32(5).flatMap { NFTHook.Policy(rawValue: $0) } ?? .accept,
      devices: devices)
  }

  /// The attributes of a message (`NFTA_CHAIN_*`).
  public func encode(into writer: inout NetlinkWriter) {
    writer.put(1, string: table.name)
    if let handle { writer.put(2, bigEndian: handle) }
    writer.put(3, string: name)
    if let hook {
      writer.nested(4) { writer in
        writer.put(1, bigEndian: hook.point.rawValue)
        writer.put(2, bigEndian: hook.priority)
        if hook.devices.count == 1 {
          writer.put(3, string: hook.devices[0])
        } else if !hook.devices.isEmpty {
          writer.nested(4) { writer in
            for device in hook.devices { writer.put(1, string: device) }
          }
        }
      }
      writer.put(5, bigEndian: hook.policy.rawValue)
      writer.put(7, string: hook.type)
    }
    if !userData.isEmpty { writer.put(12, bytes: userData.bytes) }
  }
}
