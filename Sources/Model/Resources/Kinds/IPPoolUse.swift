// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What addresses of a pool may be used for.
public enum IPPoolUse: String, Choice {
  case workload = "Workload"
  case tunnel = "Tunnel"
  case loadBalancer = "LoadBalancer"

  public static var blank: IPPoolUse { .workload }
}
