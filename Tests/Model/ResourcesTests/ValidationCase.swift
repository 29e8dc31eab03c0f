// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

/// A case of validation: the kind, the spec, and the messages without their paths.
struct ValidationCase: Sendable, CustomTestStringConvertible {
  let kind: Kind
  let spec: Value
  let messages: [String]
  var testDescription: String { "\(kind.rawValue) \(JSON.encode(spec))" }

  init(_ kind: Kind, _ spec: Value, _ messages: String...) {
    self.kind = kind
    self.spec = spec
    self.messages = messages
  }
}

extension ValidationCase {
  static let blockSize =
    "blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools"
  static let tooSmall =
    "IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the "
    + "block size."
  static let peerIP = "must be an IP address, address:port or [IPv6 address]:port"
  static let rate = "must be a number from 1 to 9999, '/' and second, minute, hour or day"
  static let unused = "communities are defined but not used in prefixAdvertisements"
}
