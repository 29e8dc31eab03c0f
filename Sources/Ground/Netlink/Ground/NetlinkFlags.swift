// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The flags of a message's header (linux/netlink.h, `NLM_F_*`). Some bits mean one thing for a
/// request that creates, another for one that reads.
public struct NetlinkFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let request = NetlinkFlags(rawValue: 0x1)
  public static let multipart = NetlinkFlags(rawValue: 0x2)
  public static let acknowledge = NetlinkFlags(rawValue: 0x4)
  public static let echo = NetlinkFlags(rawValue: 0x8)
  /// What was dumped changed meanwhile.
  public static let dumpInterrupted = NetlinkFlags(rawValue: 0x10)

  public static let dump = NetlinkFlags(rawValue: 0x300)

  public static let replace = NetlinkFlags(rawValue: 0x100)
  public static let exclusive = NetlinkFlags(rawValue: 0x200)
  public static let create = NetlinkFlags(rawValue: 0x400)
  public static let append = NetlinkFlags(rawValue: 0x800)

  /// In an error or a final message: attributes follow that explain it.
  static let acknowledgeAttributes = NetlinkFlags(rawValue: 0x200)
  /// In an error: the request that it quotes is cut to its header.
  static let capped = NetlinkFlags(rawValue: 0x100)
}
