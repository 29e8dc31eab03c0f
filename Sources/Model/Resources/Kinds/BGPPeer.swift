// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

/// A BGP session that nodes keep with a peer.
public struct BGPPeer: Resource {
  public static var kind: Kind { .bgpPeer }
  public var metadata = Metadata()
  public var spec = BGPPeerSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    var problems: [FieldProblem] = []
    func refuse(_ condition: Bool, _ field: String, _ message: String) {
      if condition { problems.append(FieldProblem("spec", field, message: message)) }
    }
    let hasPeerIP = !spec.peerIP.isEmpty
    let selectsPeers = !spec.peerSelector.isEmpty
    refuse(
      !spec.node.isEmpty && !spec.nodeSelector.isEmpty, "node",
      "node and nodeSelector cannot both be set")
    refuse(hasPeerIP && selectsPeers, "peerIP", "peerIP and peerSelector cannot both be set")
    refuse(
      selectsPeers && spec.asNumber != nil, "asNumber",
      "asNumber must be empty when peerSelector is set")
    if !spec.localWorkloadSelector.isEmpty {
      refuse(
        spec.asNumber == nil, "asNumber", "asNumber is required when localWorkloadSelector is set")
      refuse(hasPeerIP, "peerIP", "peerIP must be empty when localWorkloadSelector is set")
      refuse(
        selectsPeers, "peerSelector",
        "peerSelector must be empty when localWorkloadSelector is set")
    }
    if !spec.reachableBy.isEmpty {
      refuse(!hasPeerIP, "reachableBy", "reachableBy must be empty when peerIP is empty")
      if let peer = spec.peerAddress, let gateway = IPAddress(spec.reachableBy) {
        refuse(
          peer.address.family != gateway.family, "reachableBy",
          "ReachableBy and PeerIP address family mismatched")
      }
    }
    refuse(
      spec.keepOriginalNextHop && spec.nextHopMode != nil, "keepOriginalNextHop",
      "keepOriginalNextHop and nextHopMode cannot both be set; keepOriginalNextHop is deprecated, "
        + "use nextHopMode instead")
    return problems
  }

  public static var columns: [TableColumn<BGPPeer>] {
    [
      .name,
      TableColumn("PEERIP") { $0.spec.peerIP },
      TableColumn("NODE") { peer in
        if !peer.spec.node.isEmpty { return peer.spec.node }
        return peer.spec.nodeSelector.isEmpty ? "(global)" : peer.spec.nodeSelector
      },
      TableColumn("ASN") { $0.spec.asNumber.map { "\($0)" } ?? "0" },
    ]
  }
}
