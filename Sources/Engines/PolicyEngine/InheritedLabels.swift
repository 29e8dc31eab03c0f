// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors

/// The labels that something has: its own, then those of its profiles in order; the first found
/// wins.
struct InheritedLabels: LabelSource {
  var own: [String: String]
  var parents: [[String: String]]

  func value(of label: String) -> String? {
    if let value = own[label] { return value }
    for labels in parents {
      if let value = labels[label] { return value }
    }
    return nil
  }
}
