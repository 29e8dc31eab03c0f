// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A call of the system that failed, with what it was for.
public struct SystemCallError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call's name: `pipe2`.
  public var call: String
  /// What it was called for, a path or a name; empty where there is nothing to say.
  public var subject: String
  /// Its `errno`.
  public var code: Int32

  public init(_ call: String, _ subject: String = "", code: Int32) {
    self.call = call
    self.subject = subject
    self.code = code
  }

  public var description: String {
    (subject.isEmpty ? call : "\(call) \(subject)") + ": " + errorText(code)
  }
}
