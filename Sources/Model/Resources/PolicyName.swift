// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A policy's name: a label, or a tier's name, a dot and a label.
public struct PolicyName: Hashable, Sendable, CustomStringConvertible {
  /// The name as it was given.
  public let description: String
  /// The tier that the name begins with; nil when it says none.
  public let tier: String?

  /// Any text; whether it is a good name is for validation to say.
  public init(_ name: String) {
    description = name
    if Self.converted.contains(where: name.hasPrefix) {
      tier = nil
    } else {
      tier = name.firstIndex(of: ".").map { String(name[..<$0]) }
    }
  }

  /// What names made by conversion begin with: those of Kubernetes and of OpenStack policies. They
  /// are in the tier `default`, and the prefix is part of the name.
  static let converted = [ofKubernetes, "ossg.default."]

  /// What the name of a policy begins with that was made from one of Kubernetes.
  public static let ofKubernetes = "knp.default."

  /// The name without the prefix of the tier `default`.
  public var short: String {
    tier == "default" ? String(description.dropFirst("default.".count)) : description
  }

  /// Whether the policy was made from one of Kubernetes, and so belongs to the Kubernetes API.
  public var isFromKubernetes: Bool { description.hasPrefix(Self.ofKubernetes) }
}
