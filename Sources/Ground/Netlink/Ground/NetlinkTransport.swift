// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where messages go and come from: a kernel socket, or recorded bytes and simulators in tests.
public protocol NetlinkTransport: AnyObject {
  /// Sends one datagram of one or more messages.
  func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError)

  /// One datagram. With `wait` it blocks up to the transport's own time limit and throws
  /// `timedOut` after it; without, `nil` says that there is none.
  func receive(wait: Bool) throws(NetlinkError) -> [UInt8]?
}
