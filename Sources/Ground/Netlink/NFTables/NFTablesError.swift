// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Why a batch was not applied. Nothing of it was, unless the answer was lost (`failed` with the
/// reason `overrun` or `timedOut`): then only reading tells.
public enum NFTablesError: Error, Hashable, Sendable {
  /// The kernel's state is not the generation that the batch was made for: read anew and try again.
  case stale
  /// The kernel refused these messages.
  case rejected([Rejection])
  /// The batch as a whole, or the socket, failed.
  case failed(NetlinkError)

  /// One refused message.
  public struct Rejection: Hashable, Sendable {
    /// Its place in the batch.
    public var index: Int
    public var message: NFTMessage
    /// The errno.
    public var code: Int32
    /// The kernel's own words, where it has some.
    public var text: String?
  }
}

extension NFTablesError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .stale: "the tables have changed since they were read"
    case .rejected(let rejections):
      rejections.map { rejection in
        let reason = NetlinkError.Reason.refused(code: rejection.code, message: rejection.text)
        return "message \(rejection.index): \(NetlinkError("\(rejection.message)", reason))"
      }.joined(separator: "; ")
    case .failed(let error): "\(error)"
    }
  }
}
