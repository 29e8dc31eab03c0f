// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import ValueTree

/// Gives nodes the names that Kubernetes has for them, and with them everything that names a node.
///
/// In a Kubernetes cluster's API a node has one name. Elsewhere Calico may call it otherwise and
/// note Kubernetes' name in `spec.orchRefs`.
struct NodeRenaming {
  /// The new names by the old ones, where they differ.
  private var names: [String: String] = [:]

  /// Works out the names.
  ///
  /// Errors: two nodes would have one name.
  init(_ resources: [any Resource]) throws {
    var owners: [String: String] = [:]
    for case let node as Node in resources {
      let old = node.metadata.name
      let new =
        node.spec.orchRefs.first { $0.orchestrator == "k8s" && !$0.nodeName.isEmpty }?.nodeName
        ?? old
      if let other = owners.updateValue(old, forKey: new) {
        throw CommandFailure(
          "nothing was imported: the nodes \(other) and \(old) are both \(new.quoted) in Kubernetes "
            + "(spec.orchRefs); correct or delete one of them, and export again")
      }
      if new != old { names[old] = new }
    }
  }

  /// What is said of it, one line a node.
  var lines: [String] {
    names.sorted { $0.key < $1.key }.map {
      "Node(\($0.key)) is called \($0.value), as in Kubernetes\n"
    }
  }

  func renamed(_ resource: any Resource) -> any Resource {
    if names.isEmpty { return resource }
    switch resource {
    case var node as Node:
      node.metadata.name = new(node.metadata.name)
      return node
    case var configuration as BGPConfiguration:
      configuration.metadata.name = perNode(configuration.metadata.name)
      return configuration
    case var configuration as FelixConfiguration:
      configuration.metadata.name = perNode(configuration.metadata.name)
      return configuration
    case var peer as BGPPeer:
      peer.spec.node = new(peer.spec.node)
      return peer
    case var endpoint as HostEndpoint:
      endpoint.spec.node = new(endpoint.spec.node)
      return endpoint
    case var status as CalicoNodeStatus:
      status.spec.node = new(status.spec.node)
      return status
    case var affinity as BlockAffinity:
      rename(&affinity)
      return affinity
    case var block as IPAMBlock:
      rename(&block)
      return block
    case var handle as IPAMHandle:
      handle.spec.handleID = self.handle(handle.spec.handleID)
      handle.metadata.name = self.handle(handle.metadata.name)
      return handle
    default:
      return resource
    }
  }

  private func rename(_ affinity: inout BlockAffinity) {
    guard affinity.spec.type == .host, let name = names[affinity.spec.node] else { return }
    affinity.spec.node = name
    if let cidr = CIDR(affinity.spec.cidr) {
      affinity.metadata.name = BlockAffinity.name(node: name, cidr: cidr)
    }
  }

  private func rename(_ block: inout IPAMBlock) {
    let prefix = "host:"
    if let owner = block.spec.affinity, owner.hasPrefix(prefix) {
      block.spec.affinity = prefix + new(String(owner.dropFirst(prefix.count)))
    }
    for index in block.spec.attributes.indices {
      var attribute = block.spec.attributes[index]
      attribute.handleID = attribute.handleID.map(handle)
      attribute.secondary["node"] = attribute.secondary["node"].map(new)
      attribute.alternateOwnerAttrs["node"] = attribute.alternateOwnerAttrs["node"].map(new)
      block.spec.attributes[index] = attribute
    }
  }

  private func new(_ name: String) -> String { names[name] ?? name }

  private func perNode(_ name: String) -> String {
    let prefix = "node."
    return name.hasPrefix(prefix) ? prefix + new(String(name.dropFirst(prefix.count))) : name
  }

  /// Handles of a node's own addresses end in its name.
  private func handle(_ name: String) -> String {
    for kind in NodeHandle.kinds where name.hasPrefix("\(kind)-") {
      return "\(kind)-" + new(String(name.dropFirst(kind.count + 1)))
    }
    return name
  }
}
