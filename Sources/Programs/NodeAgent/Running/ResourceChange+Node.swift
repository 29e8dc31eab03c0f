// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

extension ResourceChange {
  /// Whether the object is an endpoint of another node. The agent there says what is wrong with it;
  /// said by every agent it would be said a thousand times, and no node would be without findings.
  func isEndpoint(elsewhereThan node: String) -> Bool {
    switch self {
    case .set(let endpoint as WorkloadEndpoint): Self.isOther(endpoint.spec.node, than: node)
    case .set(let endpoint as HostEndpoint): Self.isOther(endpoint.spec.node, than: node)
    default: false
    }
  }

  /// What names no node is everybody's to say.
  private static func isOther(_ name: String, than node: String) -> Bool {
    !name.isEmpty && name != node
  }
}
