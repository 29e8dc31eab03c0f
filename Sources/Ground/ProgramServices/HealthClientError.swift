// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Why a program's health could not be asked for, in words for a person.
public struct HealthClientError: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
