// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension Duration {
  /// Seconds and tenths of it, for the log: "0.4 s".
  public var inWords: String {
    let tenths = (self / .milliseconds(100)).rounded()
    return "\(tenths / 10) s"
  }
}
