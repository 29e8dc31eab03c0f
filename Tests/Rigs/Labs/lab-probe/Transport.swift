// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a probe speaks.
enum Transport: String {
  case tcp, udp, icmp
}
