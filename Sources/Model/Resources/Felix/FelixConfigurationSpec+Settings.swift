// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

extension FelixConfigurationSpec {
  /// The settings that are set here, with their values.
  public var settings: [(parameter: FelixParameter, value: Value)] {
    (encode().members ?? []).compactMap { member in
      FelixParameter.field(member.key).map { ($0, member.value) }
    }
  }

  /// The value of a field by its name; nil when it is not set here.
  public func value(of field: String) -> Value? { encode()[field] }
}
