// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What this build calls itself.
public enum BuildVersion {
  /// The version of all programs, as it stands in `ClusterInformation` too.
  public static let version = "v0.1.0"
  /// The commit that it was built from, where the build says so.
  public static let commit = "unknown"
}
