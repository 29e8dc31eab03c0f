// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

package import FoundationEssentials
package import ValueTree

/// One object as the server sent it.
package enum RawObject: Sendable {
  /// The message without its envelope.
  case protobuf(Data)
  case json(Value)
}
