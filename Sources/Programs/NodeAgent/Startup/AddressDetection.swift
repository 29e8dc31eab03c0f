// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// A network interface of the host, as address detection sees it.
public struct HostInterface: Sendable, Hashable {
  public var name: String
  public var isUp: Bool
  public var addresses: [InterfaceAddress]
  /// Bytes; 0 where the kernel did not say.
  public var mtu: UInt32

  public init(name: String, isUp: Bool, addresses: [InterfaceAddress], mtu: UInt32 = 0) {
    self.name = name
    self.isUp = isUp
    self.addresses = addresses
    self.mtu = mtu
  }
}

/// How the node finds its own address: the value of `IP_AUTODETECTION_METHOD` and
/// `IP6_AUTODETECTION_METHOD` (compatibility §9.2).
public enum AddressDetection: Sendable, CustomStringConvertible {
  case firstFound
  case canReach(String)
  case interface([InterfacePattern])
  case skipInterface([InterfacePattern])
  case cidr([CIDR])

  /// An address and why it was taken, in words for the log.
  public struct Result: Sendable, Hashable {
    public var address: InterfaceAddress
    public var reason: String
  }

  /// Reads a method, such as `interface=eth.*,ens3`.
  ///
  /// - Parameter variable: What it is the value of, for messages.
  public init(
    _ text: String, variable: String = "IP_AUTODETECTION_METHOD"
  ) throws(StartupError) {
    func refusal(_ allowed: String) -> StartupError {
      .badValue(name: variable, value: text, allowed: allowed)
    }
    func patterns(_ items: [String]) throws(StartupError) -> [InterfacePattern] {
      var patterns: [InterfacePattern] = []
      for item in items {
        switch InterfacePattern.compile(item) {
        case .success(let pattern): patterns.append(pattern)
        case .failure(let reason):
          throw refusal("regular expressions; '\(item)' is none: \(reason.text)")
        }
      }
      return patterns
    }
    let (name, argument) = Self.split(text)
    let items = argument.split(separator: ",").map(String.init)
    switch name {
    case "first-found" where argument.isEmpty:
      self = .firstFound
    case "can-reach" where !argument.isEmpty:
      self = .canReach(argument)
    case "interface" where !items.isEmpty:
      self = .interface(try patterns(items))
    case "skip-interface" where !items.isEmpty:
      self = .skipInterface(try patterns(items))
    case "cidr" where !items.isEmpty:
      var cidrs: [CIDR] = []
      for item in items {
        guard let cidr = CIDR(item) else {
          throw refusal("cidr=<CIDR>[,<CIDR>…]; '\(item)' is not a CIDR")
        }
        cidrs.append(cidr)
      }
      self = .cidr(cidrs)
    default:
      throw refusal(
        "first-found, can-reach=<address or name>, interface=<regex,…>, skip-interface=<regex,…>, "
          + "cidr=<CIDR,…> (kubernetes-internal-ip is not supported yet)")
    }
  }

  /// As it is written in the environment.
  public var description: String {
    switch self {
    case .firstFound: "first-found"
    case .canReach(let destination): "can-reach=\(destination)"
    case .interface(let patterns): "interface=" + patterns.map(\.text).joined(separator: ",")
    case .skipInterface(let patterns):
      "skip-interface=" + patterns.map(\.text).joined(separator: ",")
    case .cidr(let cidrs): "cidr=" + cidrs.map(\.description).joined(separator: ",")
    }
  }

  private static func split(_ text: String) -> (name: String, argument: String) {
    guard let equals = text.firstIndex(of: "=") else { return (text, "") }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }

  /// Interfaces that are never a node's own network.
  static let skippedByDefault = [
    "docker", "cbr", "dummy", "podman", "virbr", "lxcbr", "veth", "lo", "br-", "cali", "tunl",
    "flannel", "kube-ipvs", "cni", "vxlan.calico", "vxlan-v6.calico", "wireguard.cali",
    "wg-v6.cali", "nodelocaldns",
  ]

  /// The address of `family` that this method finds.
  ///
  /// - Parameters:
  ///   - interfaces: The host's interfaces in the kernel's order.
  ///   - sourceTowards: The address that the kernel would use towards a destination, for
  ///     `can-reach`; `nil` when there is no route or no such name.
  public func detect(
    _ family: IPFamily, among interfaces: [HostInterface],
    sourceTowards: (String) -> IPAddress?
  ) -> Result? {
    func usable(_ interface: HostInterface) -> [InterfaceAddress] {
      guard interface.isUp else { return [] }
      return interface.addresses.filter { $0.address.family == family && $0.address.isNodeUsable }
    }
    func first(_ candidates: some Sequence<HostInterface>, why: (HostInterface) -> String)
      -> Result?
    {
      for interface in candidates {
        if let address = usable(interface).first {
          return Result(address: address, reason: why(interface))
        }
      }
      return nil
    }
    switch self {
    case .firstFound:
      let candidates = interfaces.filter { interface in
        !Self.skippedByDefault.contains { interface.name.hasPrefix($0) }
      }
      return first(candidates) { "first-found: the first usable address is on \($0.name)" }
    case .interface(let patterns):
      for pattern in patterns {
        let candidates = interfaces.filter { pattern.matches($0.name) }
        if let found = first(candidates, why: { "interface=\(pattern.text): it is on \($0.name)" })
        {
          return found
        }
      }
      return nil
    case .skipInterface(let patterns):
      let candidates = interfaces.filter { interface in
        !patterns.contains { $0.matches(interface.name) }
          && !Self.skippedByDefault.contains { interface.name.hasPrefix($0) }
      }
      return first(candidates) { "skip-interface: the first address left is on \($0.name)" }
    case .cidr(let cidrs):
      for interface in interfaces {
        for address in usable(interface) {
          if let cidr = cidrs.first(where: { $0.contains(address.address) }) {
            return Result(address: address, reason: "cidr=\(cidr): it is on \(interface.name)")
          }
        }
      }
      return nil
    case .canReach(let destination):
      guard let source = sourceTowards(destination) else { return nil }
      for interface in interfaces {
        if let address = interface.addresses.first(where: { $0.address == source }) {
          return Result(
            address: address,
            reason: "can-reach=\(destination): the kernel uses it on \(interface.name)")
        }
      }
      return nil
    }
  }
}

extension IPAddress {
  /// Whether it is found without being asked for by name: peers can reach a node by it, and it is
  /// not link-local.
  var isNodeUsable: Bool { canBePeer && !isLinkLocal }
}
