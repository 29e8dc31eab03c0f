// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a text may be at most. The limits are far above every real file, and low enough that a
/// hostile one costs neither memory nor stack.
enum Limits {
  /// Bytes of a text.
  static let bytes = 16 << 20
  /// Lists and maps inside each other.
  static let depth = 100
  /// Values that the aliases of one YAML stream may add.
  static let aliasedNodes = 100_000
  /// Bytes of a number.
  static let numberBytes = 1024
}
