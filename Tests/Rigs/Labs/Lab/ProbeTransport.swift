// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a probe speaks.
public enum ProbeTransport: String, Sendable, Hashable, CaseIterable {
  case tcp, udp, icmp
}
