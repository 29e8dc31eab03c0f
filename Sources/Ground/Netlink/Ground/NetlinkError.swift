// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
public import HostSystem

/// Why a request to the kernel failed, and which.
public struct NetlinkError: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// The kernel refused; its own words where it has some.
    case refused(code: Int32, message: String?)
    /// A system call failed.
    case systemCall(String, code: Int32)
    /// Messages were lost because the socket's buffer was full: what is known must be read anew.
    case overrun
    /// No answer in the time allowed.
    case timedOut
    /// What was read changed under every one of this many attempts.
    case unsettled(attempts: Int)
    /// A message was longer than the receive buffer.
    case truncated
    /// An attribute would be longer than 65,535 bytes.
    case attributeTooLong
    /// An answer without what it must have.
    case malformed(String)
    /// An argument that cannot be right.
    case invalid(String)
  }

  /// What was attempted: "create link cali123".
  public var operation: String
  public var reason: Reason

  public init(_ operation: String, _ reason: Reason) {
    self.operation = operation
    self.reason = reason
  }

  public init(_ operation: String, _ error: SystemCallError) {
    self.init(operation, .systemCall(error.call, code: error.code))
  }

  static func systemCall(_ operation: String, _ call: String) -> NetlinkError {
    NetlinkError(operation, .systemCall(call, code: Glibc.errno))
  }

  /// The errno, or 0 when it was none.
  public var code: Int32 {
    switch reason {
    case .refused(let code, _), .systemCall(_, let code): code
    case .overrun: ENOBUFS
    case .timedOut: ETIMEDOUT
    case .unsettled: EINTR
    case .truncated, .attributeTooLong: EMSGSIZE
    case .malformed: EBADMSG
    case .invalid: EINVAL
    }
  }

  /// What should have been there is not: no such entry, device, file, address or process.
  public var isNotFound: Bool {
    [ENOENT, ENODEV, ENXIO, ESRCH, EADDRNOTAVAIL].contains(code)
  }

  /// It is there already.
  public var isAlreadyThere: Bool { code == EEXIST }
}

extension NetlinkError: CustomStringConvertible {
  public var description: String {
    func text(_ code: Int32) -> String { "\(errorText(code)) (errno \(code))" }
    return switch reason {
    case .refused(let code, let message):
      "\(operation): \(text(code))" + (message.map { ": \($0)" } ?? "")
    case .systemCall(let call, let code): "\(operation): \(call): \(text(code))"
    case .overrun: "\(operation): messages were lost because the socket's buffer was full"
    case .timedOut: "\(operation): no answer from the kernel in time"
    case .unsettled(let attempts): "\(operation): changed during each of \(attempts) attempts"
    case .truncated: "\(operation): a message was longer than the receive buffer"
    case .attributeTooLong: "\(operation): an attribute is longer than 65535 bytes"
    case .malformed(let what): "\(operation): the answer is malformed: \(what)"
    case .invalid(let what): "\(operation): \(what)"
    }
  }
}
