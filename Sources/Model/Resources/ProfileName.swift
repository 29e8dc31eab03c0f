// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a profile's name says of where it comes from (compatibility §1.7).
public enum ProfileName {
  /// Before the name of a namespace.
  public static let ofNamespace = "kns."
  /// Before the names of a service account's namespace and, after a dot, of the account.
  public static let ofServiceAccount = "ksa."

  /// The profile of a namespace.
  public static func namespace(_ name: String) -> String { ofNamespace + name }

  /// The profile of a service account.
  public static func serviceAccount(_ name: String, in namespace: String) -> String {
    "\(ofServiceAccount)\(namespace).\(name)"
  }

  /// Whether a profile is that of some namespace or service account.
  public static func isDerived(_ profile: String) -> Bool {
    profile.hasPrefix(ofNamespace) || profile.hasPrefix(ofServiceAccount)
  }

  /// Whether a profile may give a label: one with a reserved name comes from the namespace or
  /// service account that it is of, and their names are as the profile's name says.
  public static func gives(_ profile: String, _ label: String, _ value: String) -> Bool {
    guard ReservedLabels.contains(label) else { return true }
    if profile.hasPrefix(ofNamespace), label.hasPrefix(ReservedLabels.namespacePrefix) {
      return label != ReservedLabels.namespacePrefix + ReservedLabels.name
        || profile == namespace(value)
    }
    if profile.hasPrefix(ofServiceAccount), label.hasPrefix(ReservedLabels.serviceAccountPrefix) {
      return label != ReservedLabels.serviceAccountPrefix + ReservedLabels.name
        || profile.hasSuffix(".\(value)")
    }
    return false
  }
}
