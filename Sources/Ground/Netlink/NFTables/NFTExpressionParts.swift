// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Looks a register up in a set.
public struct NFTLookup: Hashable, Sendable {
  public var set: String
  /// See `NFTSet.id`; the kernel does not give it back.
  public var setID: UInt32
  public var register: NFTRegister
  /// Goes on if it is not in the set.
  public var isInverted: Bool
  public var destination: Destination

  /// What becomes of the value that a map leads to.
  public enum Destination: Hashable, Sendable {
    case none
    /// It is the verdict.
    case verdict
    case register(NFTRegister)
  }

  public init(
    _ register: NFTRegister, in set: String, setID: UInt32 = 0, isInverted: Bool = false,
    into destination: Destination = .none
  ) {
    self.register = register
    self.set = set
    self.setID = setID
    self.isInverted = isInverted
    self.destination = destination
  }
}

/// Adds to, refreshes or deletes from a set.
public struct NFTDynamicSet: Hashable, Sendable {
  public enum Operation: UInt32, Hashable, Sendable, CaseIterable {
    case add, update, delete
  }

  public var set: String
  /// See `NFTSet.id`; the kernel does not give it back.
  public var setID: UInt32
  public var operation: Operation
  public var key: NFTRegister
  public var data: NFTRegister?
  /// 0 is the set's own.
  public var timeoutMilliseconds: UInt64
  /// What a new element has of its own; empty when the set says so.
  public var expressions: [NFTExpression]
  public var isInverted: Bool

  public init(
    _ operation: Operation, _ key: NFTRegister, in set: String, setID: UInt32 = 0,
    data: NFTRegister? = nil, timeoutMilliseconds: UInt64 = 0, expressions: [NFTExpression] = [],
    isInverted: Bool = false
  ) {
    self.operation = operation
    self.key = key
    self.set = set
    self.setID = setID
    self.data = data
    self.timeoutMilliseconds = timeoutMilliseconds
    self.expressions = expressions
    self.isInverted = isInverted
  }
}

/// Reports a packet.
public struct NFTLog: Hashable, Sendable {
  public enum Target: Hashable, Sendable {
    /// To the listener of an NFLOG group, the first bytes of the packet (`nil`: all), after so
    /// many packets have gathered.
    case group(UInt16, snapLength: UInt32? = nil, threshold: UInt16? = nil)
    /// To the kernel's log, with a syslog level (4 is a warning) and `NF_LOG_*` flags.
    case kernel(level: UInt32 = 4, flags: UInt32 = 0)
  }

  public var target: Target
  /// Up to 127 bytes, `nil` or not empty.
  public var prefix: String?

  public init(_ target: Target, prefix: String? = nil) {
    self.target = target
    self.prefix = prefix
  }
}

/// Goes on for so many packets or bytes per time.
public struct NFTLimit: Hashable, Sendable {
  public var rate: UInt64
  /// Seconds.
  public var per: UInt64
  /// How many more at once. The kernel makes 5 of 0, for packets.
  public var burst: UInt32
  public var countsBytes: Bool
  /// Goes on for what is over the limit.
  public var isInverted: Bool

  public init(
    _ rate: UInt64, perSeconds: UInt64 = 1, burst: UInt32 = 5, countsBytes: Bool = false,
    isInverted: Bool = false
  ) {
    self.rate = rate
    per = perSeconds
    self.burst = burst
    self.countsBytes = countsBytes
    self.isInverted = isInverted
  }
}

/// Asks the routing tables about an address of the packet.
public struct NFTFib: Hashable, Sendable {
  public enum Result: UInt32, Hashable, Sendable, CaseIterable {
    case outputInterface = 1
    case outputInterfaceName = 2
    /// `RTN_*`: 2 is an address of this host.
    case addressType = 3
  }

  /// `NFTA_FIB_F_*`.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let source = Flags(rawValue: 1)
    public static let destination = Flags(rawValue: 2)
    public static let mark = Flags(rawValue: 4)
    public static let inputInterface = Flags(rawValue: 8)
    public static let outputInterface = Flags(rawValue: 16)
    /// Only whether there is an answer.
    public static let presence = Flags(rawValue: 32)
  }

  public var result: Result
  public var flags: Flags
  public var register: NFTRegister

  public init(_ result: Result, _ flags: Flags, into register: NFTRegister) {
    self.result = result
    self.flags = flags
    self.register = register
  }
}

/// Gives the packet the address of the interface that it leaves by.
public struct NFTMasquerade: Hashable, Sendable {
  /// `NF_NAT_RANGE_*`: 4 random, 8 persistent, 16 fully random.
  public var flags: UInt32
  /// The bounds of the ports.
  public var ports: NFTNat.Bounds?

  public init(flags: UInt32 = 0, ports: NFTNat.Bounds? = nil) {
    self.flags = flags
    self.ports = ports
  }
}

/// Rewrites an address.
public struct NFTNat: Hashable, Sendable {
  public enum Direction: UInt32, Hashable, Sendable, CaseIterable {
    case source, destination
  }

  /// The registers that hold the first and the last possible value.
  public struct Bounds: Hashable, Sendable {
    public var from: NFTRegister
    public var through: NFTRegister

    public init(from: NFTRegister, through: NFTRegister? = nil) {
      self.from = from
      self.through = through ?? from
    }
  }

  public var direction: Direction
  /// Of the address: `ipv4` or `ipv6`.
  public var family: NFTFamily
  public var addresses: Bounds?
  public var ports: Bounds?
  /// `NF_NAT_RANGE_*` without those that say which bounds there are.
  public var flags: UInt32

  public init(
    _ direction: Direction, _ family: NFTFamily, addresses: Bounds? = nil, ports: Bounds? = nil,
    flags: UInt32 = 0
  ) {
    self.direction = direction
    self.family = family
    self.addresses = addresses
    self.ports = ports
    self.flags = flags
  }
}

/// Drops and tells the sender.
public enum NFTReject: Hashable, Sendable {
  /// With a code of the packet's own family.
  case icmp(code: UInt8)
  case tcpReset
  /// With a code that stands for one of either family (`NFT_REJECT_ICMPX_*`).
  case icmpx(code: UInt8)
}
