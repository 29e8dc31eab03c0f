// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A range of routing tables.
public struct RouteTableRange: Described {
  public var min = 0
  public var max = 0
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("min", &min, doc: "The first table.")
    v.required("max", &max, doc: "The last table.")
    v.rest(&unknown)
  }

  /// Whether it is a range, and within the bounds.
  func isIn(_ bounds: ClosedRange<Int>) -> Bool {
    bounds.contains(min) && bounds.contains(max) && min <= max
  }
}
