// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import HostSystem
import Resources
import ValueTree

/// The network configuration that comes on standard input (compatibility §3.3). Each value is
/// checked when it is asked for, so that DEL works with a configuration that is good enough for
/// DEL.
struct NetworkConfiguration: Sendable {
  let version: CNIVersion
  /// The name of the network.
  let name: String
  let value: Value
  /// As it was read, for plugins that are run in turn.
  let bytes: [UInt8]

  /// Bytes of a configuration at most.
  static let limit = 1 << 20

  init(_ bytes: [UInt8]) throws(CNIError) {
    guard bytes.count <= Self.limit else {
      throw CNIError(.decoding, "the network configuration is larger than \(Self.limit) bytes")
    }
    self.bytes = bytes
    do throws(SyntaxError) {
      value = try JSON.parse(bytes, file: "stdin")
    } catch {
      throw CNIError(.decoding, "the network configuration is no JSON: \(error)")
    }
    guard value.members != nil else {
      throw CNIError(.decoding, "the network configuration must be a map, is \(value.typeName)")
    }
    let reader = ConfigurationReader(value)
    let text = try reader.string("cniVersion") ?? CNIVersion.standard.rawValue
    guard let version = CNIVersion(rawValue: text) else {
      let known = CNIVersion.allCases.map(\.rawValue).joined(separator: ", ")
      throw CNIError(
        .incompatibleVersion,
        "incompatible CNI versions: the configuration has '\(Words.shortened(text))', the plugin "
          + "supports \(known)")
    }
    self.version = version
    name = try reader.string("name") ?? ""
    guard Words.isIdentifier(name), name.utf8.count <= Self.nameLimit else {
      throw CNIError(
        .invalidConfiguration,
        "name must be 1 to \(Self.nameLimit) letters, digits, '.', '_' or '-', the first a letter "
          + "or digit, is '\(Words.shortened(name))'")
    }
  }

  /// With a container's ID and a dot, a name is the ID of a handle, of at most 253 bytes.
  static let nameLimit = 253 - 1 - CNIEnvironment.containerIDLimit - 16

  var reader: ConfigurationReader { ConfigurationReader(value) }

  /// The MTU of the pod's interface: the configured one, or that which the agent found to fit.
  func mtu(_ folders: Folders) throws(CNIError) -> UInt32? {
    if let number = try reader.number("mtu", 0...65535), number != 0 { return UInt32(number) }
    let text: String
    do throws(SmallFile.Failure) {
      text = try PluginFile.line(folders.library + "/mtu")
    } catch {
      guard error.isMissing else {
        throw CNIError(.tryAgainLater, "cannot read \(folders.library)/mtu: \(error)")
      }
      text = ""
    }
    guard !text.isEmpty else {
      guard try reader.bool("require_mtu_file") != true else {
        throw CNIError(
          .tryAgainLater,
          "\(folders.library)/mtu: there is no MTU: check that the calico/node container is running"
        )
      }
      return nil
    }
    guard let number = UInt32(text), (68...65535).contains(number) else {
      throw CNIError(
        .invalidConfiguration,
        "\(folders.library)/mtu must hold a number from 68 to 65535, has "
          + "'\(Words.shortened(text))'")
    }
    return number
  }

  func queues() throws(CNIError) -> UInt32? {
    let number = try reader.number("num_queues", 0...4096) ?? 0
    return number == 0 ? nil : UInt32(number)
  }

  /// Whether the pod may forward packets.
  func allowsForwarding() throws(CNIError) -> Bool {
    try reader.map("container_settings").bool("allow_ip_forwarding") ?? false
  }

  /// How long to wait for the agent to have programmed the policy; `nil` is not at all.
  func policyWait() throws(CNIError) -> Int? {
    let seconds = try reader.number("policy_setup_timeout_seconds", 0...3600) ?? 2
    return seconds == 0 ? nil : seconds * 1000
  }

  /// `args.labels`: a map of texts.
  func labels() throws(CNIError) -> [String: String] {
    let map = try reader.map("args").map("labels")
    var labels: [String: String] = [:]
    for member in map.value?.members ?? [] { labels[member.key] = try map.string(member.key) }
    return labels
  }

  /// `args.ports`: a list of ports with `name`, `protocol` and `port`.
  func ports() throws(CNIError) -> [WorkloadEndpointPort] {
    let args = try reader.map("args")
    guard let value = args.value?["ports"] else { return [] }
    guard let items = value.array, items.count <= 1024 else {
      throw CNIError(.invalidConfiguration, "args.ports must be a list of at most 1024 ports")
    }
    var ports: [WorkloadEndpointPort] = []
    for (index, item) in items.enumerated() {
      var context = DecodingContext(.strict)
      let port = WorkloadEndpointPort.decode(item, &context)
      guard let port, context.problems.isEmpty else {
        let problem = context.problems.first?.description ?? "is no port"
        throw CNIError(.invalidConfiguration, "args.ports[\(index)]: \(problem)")
      }
      ports.append(port)
    }
    return ports
  }

  /// Refuses what asks for another pod network than this plugin makes, rather than make it.
  func refuseUnsupported() throws(CNIError) {
    func refuse(_ key: String, _ value: String) -> CNIError {
      CNIError(
        .unsupportedField, "unsupported field in the network configuration: \(key) = \(value)")
    }
    let device = try reader.string("device_type") ?? "veth"
    if device != "veth" { throw refuse("device_type", Words.shortened(device)) }
    if try reader.bool("include_default_routes") == false {
      throw refuse("include_default_routes", "false")
    }
    if let gates = value["readiness_gates"]?.array, !gates.isEmpty {
      throw refuse("readiness_gates", JSON.encode(.array(gates)))
    }
  }

  /// What the plugins before gave, for CHECK.
  func previousResult() throws(CNIError) -> CNIResult {
    guard let previous = value["prevResult"], !previous.isNull else {
      throw CNIError(.invalidConfiguration, "prevResult is required")
    }
    return try CNIResult(previous)
  }
}
