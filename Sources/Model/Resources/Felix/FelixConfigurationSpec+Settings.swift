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

  /// What is set here by the parameter's name, as the environment or a file would write it.
  public var parameters: [String: String] {
    var texts: [String: String] = [:]
    for (parameter, value) in settings {
      texts[parameter.name] =
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        // Lists and maps, and what a resource may not hold: whoever has use for it reads JSON.
        default: JSON.encode(value)
        }
    }
    return texts
  }

  /// The value of a field by its name; nil when it is not set here.
  public func value(of field: String) -> Value? { encode()[field] }
}
