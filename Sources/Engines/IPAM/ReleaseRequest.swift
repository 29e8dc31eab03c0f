// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// An address to give back, and what must still be true of it.
public struct ReleaseRequest: Sendable, Hashable {
  public var address: IPAddress
  /// If given, the handle that must hold the address.
  public var handle: String?
  /// If given, the sequence number of the assignment that is meant.
  public var sequenceNumber: Int?

  public init(_ address: IPAddress, handle: String? = nil, sequenceNumber: Int? = nil) {
    self.address = address
    self.handle = handle
    self.sequenceNumber = sequenceNumber
  }
}
