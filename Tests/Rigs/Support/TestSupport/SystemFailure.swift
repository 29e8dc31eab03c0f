// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What the system refused to a test.
public struct SystemFailure: Error {
  public var call: String
  public var code: Int32

  public init(call: String, code: Int32) {
    self.call = call
    self.code = code
  }
}
