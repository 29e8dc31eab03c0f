// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What connection tracking says of a packet.
public enum ConnectionState: Sendable, Hashable, CaseIterable {
  case new
  case established
  case related
  case invalid
  case untracked

  /// `NF_CT_STATE_BIT` of linux/netfilter/nf_conntrack_common.h.
  var bits: UInt32 {
    switch self {
    case .invalid: 1
    case .established: 2
    case .related: 4
    case .new: 8
    case .untracked: 64
    }
  }
}
