// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import ValueTree

/// What ADD gives back: the interfaces, host's end first, and the addresses.
struct CNIResult: Sendable, Hashable {
  var interfaces: [Interface] = []
  var addresses: [Address] = []
  /// Passed through from the configuration.
  var dns: Value = .object([])

  init() {}

  struct Interface: Sendable, Hashable {
    var name: String
    var mac: MACAddress?
    /// The path of the network namespace; empty for the host's.
    var sandbox: String
  }

  struct Address: Sendable, Hashable {
    var address: InterfaceAddress
    /// Index into `interfaces`; `nil` in the result of an IPAM plugin.
    var interface: Int?
  }

  /// The result in the form of a version.
  func value(_ version: CNIVersion) -> Value {
    var members: [Value.Member] = [.init("cniVersion", .string(version.rawValue))]
    if version.hasInterfaces {
      if !interfaces.isEmpty {
        members.append(.init("interfaces", .array(interfaces.map(\.value))))
      }
      members.append(.init("ips", .array(addresses.map { $0.value(version) })))
    } else {
      for family in IPFamily.allCases {
        guard let first = addresses.first(where: { $0.address.family == family }) else { continue }
        let ip = Value.object([.init("ip", .string(first.address.description))])
        members.append(.init("ip\(family.rawValue)", ip))
      }
    }
    members.append(.init("dns", dns))
    return .object(members)
  }

  /// Reads a result of any version, as another plugin printed it or as the runtime hands it back.
  init(_ value: Value) throws(CNIError) {
    guard value.members != nil else {
      throw CNIError(.decoding, "a result must be a map, is \(value.typeName)")
    }
    for item in value["interfaces"]?.array ?? [] {
      guard let name = item["name"]?.string else {
        throw CNIError(.decoding, "a result's interface has no name")
      }
      interfaces.append(
        Interface(
          name: name, mac: item["mac"]?.string.flatMap { MACAddress($0) },
          sandbox: item["sandbox"]?.string ?? ""))
    }
    for item in value["ips"]?.array ?? [] {
      let interface = item["interface"]?.int.flatMap { Int(exactly: $0) }
      addresses.append(
        Address(address: try Self.address(item["address"]), interface: interface))
    }
    for key in ["ip4", "ip6"] {
      guard let ip = value[key] else { continue }
      addresses.append(Address(address: try Self.address(ip["ip"]), interface: nil))
    }
    dns = value["dns"] ?? dns
  }

  private static func address(_ value: Value?) throws(CNIError) -> InterfaceAddress {
    guard let address = value?.string.flatMap({ InterfaceAddress($0) }) else {
      let text = value?.string ?? "nothing"
      throw CNIError(.decoding, "a result's address must be like 10.0.0.1/24, is '\(text)'")
    }
    return address
  }
}

extension CNIResult.Interface {
  fileprivate var value: Value {
    var members: [Value.Member] = [.init("name", .string(name))]
    if let mac { members.append(.init("mac", .string(mac.description))) }
    if !sandbox.isEmpty { members.append(.init("sandbox", .string(sandbox))) }
    return .object(members)
  }
}

extension CNIResult.Address {
  fileprivate func value(_ version: CNIVersion) -> Value {
    var members: [Value.Member] = []
    if version < .v1_0_0 {
      members.append(.init("version", .string("\(address.family.rawValue)")))
    }
    if let interface { members.append(.init("interface", .int(Int64(interface)))) }
    members.append(.init("address", .string(address.description)))
    return .object(members)
  }
}
