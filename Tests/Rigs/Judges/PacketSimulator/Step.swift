// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// What an expression does to the packet.
enum Step {
  case matches
  /// The rule is over.
  case fails
  case decides(NFTVerdict)
  case counts(packets: UInt64, bytes: UInt64)
}
