// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyModel

/// Tests name a workload's endpoint as people do, `namespace/name`.
extension EndpointID: ExpressibleByUnicodeScalarLiteral,
  ExpressibleByExtendedGraphemeClusterLiteral,
  ExpressibleByStringLiteral, ExpressibleByStringInterpolation
{
  public init(stringLiteral text: String) { self.init(workload: text) }

  /// - Parameter text: `namespace/name`.
  public init(workload text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    self = .workload(
      WorkloadEndpointID(
        namespace: String(parts.first ?? ""), name: parts.count > 1 ? String(parts[1]) : ""))
  }
}
