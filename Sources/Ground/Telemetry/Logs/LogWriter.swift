// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// A place that takes lines, one after the other on one thread. A call may take any time.
protocol LogWriter: AnyObject {
  func write(_ line: LogLine) throws(SystemCallError)
}
