// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// When traffic between nodes is encapsulated.
public enum EncapsulationMode: String, Choice {
  case always = "Always"
  /// Only between nodes that share no subnet.
  case crossSubnet = "CrossSubnet"
  case never = "Never"

  public static var blank: EncapsulationMode { .never }
}
