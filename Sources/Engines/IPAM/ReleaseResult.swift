// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// What became of the addresses of a release.
public struct ReleaseResult: Sendable {
  public var released: [IPAddress] = []
  /// Nobody held them.
  public var notAssigned: [IPAddress] = []
  /// Held, but not by whom the request said: `badHandle`, `badSequenceNumber`.
  public var refused: [Refusal] = []

  public struct Refusal: Sendable {
    public var address: IPAddress
    public var reason: IPAMError
  }
}
