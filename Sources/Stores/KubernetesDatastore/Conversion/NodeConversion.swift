// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import KubernetesModel
import Resources
import ValueTree

/// Nodes made of Kubernetes' nodes, which carry what Calico knows of them as annotations
/// (compatibility §1.7).
enum NodeConversion {
  private static let prefix = "projectcalico.org/"
  /// Labels and annotations that Calico's node has and Kubernetes' has not, as JSON.
  private static let labels = "projectcalico.org/labels"
  private static let annotations = "projectcalico.org/annotations"

  /// A text of the spec or status, and the annotation that it is kept in.
  private struct Text {
    var name: String
    var read: (Node) -> String
    var write: (inout Node, String) -> Void
  }

  private static var texts: [Text] {
    [
      bgp("IPv4Address", \.ipv4Address), bgp("IPv6Address", \.ipv6Address),
      bgp("IPv4IPIPTunnelAddr", \.ipv4IPIPTunnelAddr),
      bgp("RouteReflectorClusterID", \.routeReflectorClusterID),
      Text(
        name: "ASNumber", read: { $0.spec.bgp?.asNumber.map { "\($0)" } ?? "" },
        write: { node, text in
          var bgp = node.spec.bgp ?? NodeBGPSpec()
          // A number, as Calico writes it; only the dotted form is a text.
          bgp.asNumber = UInt32(text).map { ASNumber($0) } ?? ASNumber(text)
          node.spec.bgp = bgp
        }),
      spec("IPv4VXLANTunnelAddr", \.ipv4VXLANTunnelAddr),
      spec("VXLANTunnelMACAddr", \.vxlanTunnelMACAddr),
      spec("IPv6VXLANTunnelAddr", \.ipv6VXLANTunnelAddr),
      spec("VXLANTunnelMACAddrV6", \.vxlanTunnelMACAddrV6),
      wireguard("IPv4WireguardInterfaceAddr", \.interfaceIPv4Address),
      wireguard("IPv6WireguardInterfaceAddr", \.interfaceIPv6Address),
      status("WireguardPublicKey", \.wireguardPublicKey),
      status("WireguardPublicKeyV6", \.wireguardPublicKeyV6),
      Text(
        name: "Interfaces",
        read: { $0.spec.interfaces.isEmpty ? "" : JSON.encode(.array($0.spec.interfaces)) },
        write: { node, text in node.spec.interfaces = (try? JSON.parse(text))?.array ?? [] }),
    ]
  }

  private static func bgp(
    _ name: String, _ path: WritableKeyPath<NodeBGPSpec, String>
  ) -> Text {
    Text(
      name: name, read: { $0.spec.bgp?[keyPath: path] ?? "" },
      write: { node, text in
        var bgp = node.spec.bgp ?? NodeBGPSpec()
        bgp[keyPath: path] = text
        node.spec.bgp = bgp
      })
  }

  private static func spec(
    _ name: String, _ path: WritableKeyPath<NodeSpec, String>
  ) -> Text {
    Text(
      name: name, read: { $0.spec[keyPath: path] },
      write: { node, text in node.spec[keyPath: path] = text })
  }

  private static func wireguard(
    _ name: String, _ path: WritableKeyPath<NodeWireguardSpec, String>
  ) -> Text {
    Text(
      name: name, read: { $0.spec.wireguard?[keyPath: path] ?? "" },
      write: { node, text in
        var wireguard = node.spec.wireguard ?? NodeWireguardSpec()
        wireguard[keyPath: path] = text
        node.spec.wireguard = wireguard
      })
  }

  private static func status(
    _ name: String, _ path: WritableKeyPath<NodeStatus, String>
  ) -> Text {
    Text(
      name: name, read: { $0.status?[keyPath: path] ?? "" },
      write: { node, text in
        var status = node.status ?? NodeStatus()
        status[keyPath: path] = text
        node.status = status
      })
  }

  // MARK: - Reading

  static func node(of source: KubeNode) -> Node {
    let name = source.metadata.name
    var node = Node(metadata: Metadata(source.metadata, name: name))
    node.metadata.labels = record(source, labels).merging(source.metadata.labels) { $1 }
    node.metadata.annotations = record(source, annotations)
    node.spec.orchRefs = [OrchRef(nodeName: name)]
    for text in texts {
      guard let value = source.metadata.annotations[prefix + text.name], !value.isEmpty else {
        continue
      }
      text.write(&node, value)
    }
    node.spec.addresses = addresses(node, source)
    let ranges = source.spec.podCidrs.isEmpty ? [source.spec.podCidr] : source.spec.podCidrs
    let podCIDRs = ranges.filter { !$0.isEmpty }
    if !podCIDRs.isEmpty {
      var status = node.status ?? NodeStatus()
      status.podCIDRs = podCIDRs
      node.status = status
    }
    return node
  }

  /// Calico's own, and what Kubernetes reports besides.
  private static func addresses(_ node: Node, _ source: KubeNode) -> [NodeAddress] {
    var result = [node.spec.bgp?.ipv4Address, node.spec.bgp?.ipv6Address]
      .compactMap { $0 }.filter { !$0.isEmpty }.map { NodeAddress(address: $0) }
    for address in source.status.addresses
    where ["InternalIP", "ExternalIP"].contains(address.type) && IPAddress(address.address) != nil {
      result.append(NodeAddress(address: address.address, type: address.type))
    }
    return result
  }

  private static func record(_ source: KubeNode, _ annotation: String) -> [String: String] {
    guard let text = source.metadata.annotations[annotation],
      let members = (try? JSON.parse(text))?.members
    else { return [:] }
    var result: [String: String] = [:]
    for member in members { result[member.key] = member.value.string }
    return result
  }

  // MARK: - Writing

  /// The annotations to change for a node to become what it shall be; null takes one away.
  ///
  /// Errors: what of it belongs to Kubernetes.
  static func changes(
    to node: Node, from source: KubeNode
  ) -> Result<[Value.Member], FieldProblem> {
    let present = source.metadata.annotations
    var wanted: [String: String] = [:]
    for text in texts { wanted[prefix + text.name] = text.read(node) }
    var own = node.metadata.labels
    for (key, value) in source.metadata.labels {
      guard own.removeValue(forKey: key) == value else {
        return .failure(
          FieldProblem(
            "metadata", "labels", key,
            message: "is a label of the Kubernetes node; change it with: kubectl label node "
              + source.metadata.name, value: value))
      }
    }
    wanted[labels] = json(own)
    wanted[annotations] = json(node.metadata.annotations)
    return .success(
      wanted.sorted { $0.key < $1.key }.compactMap { key, value in
        if value == present[key] ?? "" { return nil }
        return .init(key, value.isEmpty ? .null : .string(value))
      })
  }

  private static func json(_ texts: [String: String]) -> String {
    if texts.isEmpty { return "" }
    return JSON.encode(
      .object(texts.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }))
  }
}
