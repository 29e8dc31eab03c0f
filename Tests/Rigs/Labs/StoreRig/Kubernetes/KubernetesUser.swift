// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Who asks the API server: a person or one of our components, each with credentials of its own.
public enum KubernetesUser: String, CaseIterable, Sendable, Hashable {
  /// May do everything.
  case administrator = "kubernetes-admin"
  case node = "calico-node"
  case cni = "calico-cni"
  case calicoctl = "calicoctl"
  case typha = "calico-typha"
  case controllers = "calico-kube-controllers"

  /// Our components: their rights are those of the roles in `Manifests/rbac`.
  public static var components: [KubernetesUser] {
    [.node, .cni, .calicoctl, .typha, .controllers]
  }

  /// The name that the server knows it by. Components have that of their service accounts, so that
  /// the same bindings are tested that a cluster has.
  public var userName: String {
    self == .administrator ? rawValue : "system:serviceaccount:kube-system:\(rawValue)"
  }

  /// The groups that it is in, besides those that every user is in.
  public var groups: [String] {
    self == .administrator
      ? ["system:masters"] : ["system:serviceaccounts", "system:serviceaccounts:kube-system"]
  }
}
