// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Lab

/// All tests that make labs, one after the other: each has the machine to itself.
@Suite(.serialized) enum LabTests {}

extension Trait where Self == ConditionTrait {
  static var needsRoot: Self { .enabled(if: geteuid() == 0, "needs root") }

  static func needsPrograms(_ names: String...) -> Self {
    .enabled(
      "needs \(names.joined(separator: ", ")) in CALICO_BIN_DIR or .build/bin",
      { (try? LabPrograms(needing: names)) != nil })
  }
}

extension HostSnapshot {
  /// What differs, without what others do on the machine at the same time: their processes, and
  /// namespaces and files that are none of a lab or of a lab that another process is using.
  func labDifferences(from before: HostSnapshot) -> [Difference] {
    differences(from: before).filter { difference in
      switch difference.section {
      case .processes: false
      case .namespaces, .folders:
        difference.isNew
          && LabIdentity(of: difference.line.split(separator: "/").last ?? "")
            .map { !$0.isInUse || $0.process == getpid() } ?? false
      default: true
      }
    }
  }
}
