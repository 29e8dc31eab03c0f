// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One tree for JSON and YAML. Members of an object keep the order they were written in.
///
/// A parser yields at most one member for a key (unless told to keep duplicates, see
/// `JSON.DuplicateKeys`). Two values are equal when they have the same shape: `.int(1)` and
/// `.double(1)` differ, and so do two objects whose members stand in another order.
public enum Value: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([Value])
  case object([Member])

  /// One member of an object.
  public struct Member: Sendable, Hashable {
    public var key: String
    public var value: Value

    public init(_ key: String, _ value: Value) {
      self.key = key
      self.value = value
    }
  }
}
