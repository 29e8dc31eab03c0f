// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension CIDR: CustomStringConvertible, LosslessStringConvertible {
  /// "10.0.0.0/8" or "fd00::/8"; bits beyond the prefix are masked, a bare address is its /32 or
  /// /128. Nil for anything else.
  public init?(_ text: String) {
    guard let parsed = InterfaceAddress(text) else { return nil }
    self = parsed.network
  }

  public var description: String {
    InterfaceAddress(unchecked: address, prefixLength).description
  }
}
