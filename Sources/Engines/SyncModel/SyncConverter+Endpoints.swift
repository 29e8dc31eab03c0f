// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import PolicyModel
import Resources

extension SyncConverter {
  static func endpointID(_ key: ResourceKey) -> WorkloadEndpointID {
    WorkloadEndpointID(namespace: key.namespace ?? "", name: key.name)
  }

  func convert(_ endpoint: WorkloadEndpoint, _ found: inout Findings) -> SyncUpdate {
    let spec = endpoint.spec
    let namespace = endpoint.metadata.namespace ?? ""
    let account = spec.serviceAccountName
    var result = SyncWorkloadEndpoint(
      node: spec.node, interfaceName: interfaceName(spec.interfaceName, &found),
      nets: hosts(spec.ipNetworks, at: "spec.ipNetworks", &found),
      labels: Self.labels(of: endpoint, &found), profiles: spec.profiles,
      labelProfiles: Self.labelProfiles(
        spec.profiles, namespace: namespace, account: account, &found))
    result.created = Self.time(endpoint.metadata.creationTimestamp)
    result.containerID = endpoint.spec.containerID
    if !spec.mac.isEmpty {
      result.mac = MACAddress(spec.mac)
      if result.mac == nil {
        found.wrong("spec.mac", "must be a MAC address, is '\(spec.mac)'")
      }
    }
    for (index, port) in spec.ports.enumerated() where !port.name.isEmpty {
      let path = "spec.ports[\(index)]"
      if let port = self.port(port.name, port.transport, port.port, at: path, &found) {
        result.ports.append(port)
      }
    }
    result.allowedSourcePrefixes = nets(
      spec.allowSpoofedSourcePrefixes, at: "spec.allowSpoofedSourcePrefixes", &found)
    found.unknown(spec.unknown, in: "spec")
    if !spec.ipNATs.isEmpty {
      found.asks("spec.ipNATs", for: .addressTranslation)
    }
    if spec.qosControls != nil {
      found.asks("spec.qosControls", for: .trafficLimits)
    }
    return .workloadEndpoint(Self.endpointID(endpoint.key), result)
  }

  /// A time that compares as a text: as every store writes it, with whole seconds and in UTC.
  private static func time(_ text: String?) -> String? {
    guard let text, text.utf8.count == 20 else { return nil }
    let isTime = zip(text.utf8, "0000-00-00T00:00:00Z".utf8).allSatisfy { byte, pattern in
      pattern == UInt8(ascii: "0")
        ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == pattern
    }
    return isTime ? text : nil
  }

  func convert(_ endpoint: HostEndpoint, _ found: inout Findings) -> SyncUpdate {
    let spec = endpoint.spec
    found.asks("spec", for: .hostEndpointPolicy)
    found.unknown(spec.unknown, in: "spec")
    var result = SyncHostEndpoint(
      node: spec.node, interfaceName: spec.interfaceName,
      labels: Self.labels(Self.ownLabels(endpoint.metadata), derived: [:], &found),
      profiles: spec.profiles,
      labelProfiles: Self.labelProfiles(spec.profiles, namespace: nil, account: "", &found))
    let texts = spec.expectedIPs + Self.texts("expectedIPs", in: spec.unknown)
    for (index, text) in texts.enumerated() {
      if let address = IPAddress(text) {
        result.addresses.append(address)
      } else {
        found.wrong("spec.expectedIPs[\(index)]", "must be an IP address, is '\(text)'")
      }
    }
    for (index, port) in spec.ports.enumerated() {
      let path = "spec.ports[\(index)]"
      if let port = self.port(port.name, port.transport, port.port, at: path, &found) {
        result.ports.append(port)
      }
    }
    return .hostEndpoint(endpoint.metadata.name, result)
  }

  /// A network set of a namespace belongs to it as an endpoint does: it has the namespace's label
  /// and inherits from its profile.
  func convert(_ set: NetworkSet, _ found: inout Findings) -> SyncUpdate {
    let namespace = set.metadata.namespace ?? ""
    found.unknown(set.spec.unknown, in: "spec")
    let result = SyncNetworkSet(
      nets: nets(
        set.spec.nets + Self.texts("nets", in: set.spec.unknown), at: "spec.nets", &found),
      labels: Self.labels(
        Self.ownLabels(set.metadata), derived: Self.derivedLabels(namespace: namespace), &found),
      profiles: [ProfileName.namespace(namespace)])
    return .networkSet(NetworkSetID(namespace: namespace, name: set.metadata.name), result)
  }

  /// A global one is in no namespace, whatever its labels say.
  func convert(_ set: GlobalNetworkSet, _ found: inout Findings) -> SyncUpdate {
    found.unknown(set.spec.unknown, in: "spec")
    let result = SyncNetworkSet(
      nets: nets(
        set.spec.nets + Self.texts("nets", in: set.spec.unknown), at: "spec.nets", &found),
      labels: Self.labels(Self.ownLabels(set.metadata), derived: [:], &found))
    return .networkSet(NetworkSetID(namespace: nil, name: set.metadata.name), result)
  }

  /// A name that no interface can have counts as none: the endpoint is not wired.
  private func interfaceName(_ name: String, _ found: inout Findings) -> String {
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    if isName, name.utf8.count <= 15 { return name }
    found.wrong(
      "spec.interfaceName",
      "must be 1 to 15 letters, digits, '_', '.' and '-', is '\(name)'")
    return ""
  }

  private func nets(_ texts: [String], at path: String, _ found: inout Findings) -> [CIDR] {
    var nets: [CIDR] = []
    for (index, text) in texts.enumerated() {
      if let net = CIDR(text) {
        nets.append(net)
      } else {
        found.wrong("\(path)[\(index)]", "must be an IP address or a CIDR, is '\(text)'")
      }
    }
    return nets
  }

  private func hosts(_ texts: [String], at path: String, _ found: inout Findings) -> [CIDR] {
    var hosts: [CIDR] = []
    for (index, text) in texts.enumerated() {
      if let net = CIDR(text), net.isHost {
        hosts.append(net)
      } else {
        found.wrong("\(path)[\(index)]", "must be one IP address, is '\(text)'")
      }
    }
    return hosts
  }

  private func port(
    _ name: String, _ transport: ProtocolMatch, _ number: Int, at path: String,
    _ found: inout Findings
  ) -> SyncEndpointPort? {
    guard let known = transport.ipProtocol, known.hasPorts else {
      found.wrong("\(path).protocol", "must be TCP, UDP or SCTP, is '\(transport)'")
      return nil
    }
    guard let port = UInt16(exactly: number), port > 0, !name.isEmpty else {
      found.wrong(path, "must have a name and a port between 1 and 65535, has \(number)")
      return nil
    }
    return SyncEndpointPort(name: name, transport: known, port: port)
  }
}
