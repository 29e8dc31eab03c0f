// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Something with labels that a selector can be asked about.
public protocol LabelSource {
  /// The value of a label; nil if it is missing, which differs from an empty value.
  func value(of label: String) -> String?
}

extension Dictionary: LabelSource where Key == String, Value == String {
  public func value(of label: String) -> String? { self[label] }
}
