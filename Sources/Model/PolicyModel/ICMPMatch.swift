// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An ICMP type, and with it perhaps a code.
public struct ICMPMatch: Sendable, Hashable {
  public var type: UInt8
  public var code: UInt8?

  public init(type: UInt8, code: UInt8? = nil) {
    self.type = type
    self.code = code
  }
}
