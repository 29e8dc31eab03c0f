// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Logging
import Settings

extension LogSeverity {
  /// What it is in the logs of Swift.
  var level: Logger.Level {
    switch self {
    case .trace: .trace
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    case .fatal: .critical
    }
  }
}
