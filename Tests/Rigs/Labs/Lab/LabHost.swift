// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A machine of the lab that is no node: it knows nothing of Calico.
public struct LabHost: LabPlace, Sendable {
  public let name: String
  public let namespace: String
  /// Its address on the switch.
  public let address: String
}
