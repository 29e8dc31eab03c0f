// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A direction of traffic that a policy applies to.
public enum PolicyType: String, Choice {
  case ingress = "Ingress"
  case egress = "Egress"

  public static var blank: PolicyType { .ingress }
}
