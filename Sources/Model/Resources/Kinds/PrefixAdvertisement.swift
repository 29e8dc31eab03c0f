// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The communities with which a prefix is announced.
public struct PrefixAdvertisement: Described {
  public var cidr = ""
  /// Names or values.
  public var communities: [String] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("cidr", &cidr, check: .cidr, doc: "The prefix.")
    v.defaulted(
      "communities", &communities, check: .count(atMost: 50), doc: "Names or values.")
    v.rest(&unknown)
  }
}
