// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The names of the labels by which policy tells where something belongs: its namespace, its
/// service account, its orchestrator. They follow from what a thing is; whoever may set labels must
/// not be able to claim them (compatibility §1.7 and §1.8 say what derives them).
public enum ReservedLabels {
  public static let namespace = "projectcalico.org/namespace"
  public static let orchestrator = "projectcalico.org/orchestrator"
  public static let serviceAccount = "projectcalico.org/serviceaccount"
  /// The label that every namespace and service account has: its name.
  public static let name = "projectcalico.org/name"
  /// Before the names of the labels of a thing's namespace.
  public static let namespacePrefix = "pcns."
  /// Before the names of the labels of a thing's service account.
  public static let serviceAccountPrefix = "pcsa."

  /// An annotation of an endpoint that was made from a pod: the reserved labels that the pod claims
  /// and the endpoint does not have, separated by commas.
  public static let claimsAnnotation = "projectcalico.org/claimed-labels"

  /// Whether only what is derived may be called so.
  public static func contains(_ label: String) -> Bool {
    // Nearly all labels begin with another letter.
    guard label.utf8.first == UInt8(ascii: "p") else { return false }
    return label.hasPrefix(namespacePrefix) || label.hasPrefix(serviceAccountPrefix)
      || [namespace, orchestrator, serviceAccount, name].contains(label)
  }
}
