// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The versions of the specification that the plugins speak (compatibility §3.3).
enum CNIVersion: String, CaseIterable, Comparable, Sendable {
  case v0_1_0 = "0.1.0"
  case v0_2_0 = "0.2.0"
  case v0_3_0 = "0.3.0"
  case v0_3_1 = "0.3.1"
  case v0_4_0 = "0.4.0"
  case v1_0_0 = "1.0.0"

  /// What a configuration without a version means.
  static let standard = CNIVersion.v0_2_0
  static let newest = CNIVersion.v1_0_0

  /// Whether results list interfaces and addresses.
  var hasInterfaces: Bool { self >= .v0_3_0 }
  var hasCheck: Bool { self >= .v0_4_0 }

  static func < (a: CNIVersion, b: CNIVersion) -> Bool { a.rawValue < b.rawValue }
}
