// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyOracle
import Resources
import ValueTree

extension World {
  /// All resources as YAML documents, as people would write them.
  public var yaml: String { YAML.encode(documents: resources.map { $0.encode() }) }

  /// Whether every resource keeps all rules.
  public var isValid: Bool { resources.allSatisfy { $0.validate().isEmpty } }
}
