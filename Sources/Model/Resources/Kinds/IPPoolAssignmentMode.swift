// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Whether a pool's addresses are given to whoever asks for any.
public enum IPPoolAssignmentMode: String, Choice {
  case automatic = "Automatic"
  /// Only to those who name the pool.
  case manual = "Manual"

  public static var blank: IPPoolAssignmentMode { .automatic }
}
