// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

struct NotParsed: Error {
  var text: String
}

/// Parses what a test has written down.
func parse<T: LosslessStringConvertible>(_ text: String, as type: T.Type = T.self) throws -> T {
  guard let value = T(text) else { throw NotParsed(text: text) }
  return value
}
func ip(_ text: String) throws -> IPAddress { try parse(text) }
func cidr(_ text: String) throws -> CIDR { try parse(text) }
func mac(_ text: String) throws -> MACAddress { try parse(text) }
