// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension Trait where Self == ConditionTrait {
  static var needsRoot: Self {
    .enabled(
      if: geteuid() == 0 && access("/usr/sbin/ip", X_OK) == 0, "needs root and the ip program")
  }
}
