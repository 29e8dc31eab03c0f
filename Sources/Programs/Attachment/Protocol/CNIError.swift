// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// What a plugin says when it did not do what it was asked (CNI specification, "Error").
struct CNIError: Error, Sendable, Hashable, CustomStringConvertible {
  var code: Code
  /// One line that names what was wrong.
  var message: String
  /// What else may help; often empty.
  var details: String

  init(_ code: Code, _ message: String, details: String = "") {
    self.code = code
    self.message = message
    self.details = details
  }

  /// Up to 99 the codes of the specification, from 100 on those of this plugin.
  struct Code: RawRepresentable, Sendable, Hashable {
    let rawValue: Int
    init(rawValue: Int) { self.rawValue = rawValue }

    /// The configuration is of a version that the plugin does not speak.
    static let incompatibleVersion = Code(rawValue: 1)
    /// The configuration asks for what the plugin does not have.
    static let unsupportedField = Code(rawValue: 2)
    /// The container is not there; it needs no clean-up.
    static let unknownContainer = Code(rawValue: 3)
    /// A variable of the environment is missing or wrong.
    static let invalidEnvironment = Code(rawValue: 4)
    /// A file or the standard input cannot be read or written.
    static let inputOutput = Code(rawValue: 5)
    /// The configuration is no JSON, or another plugin's answer is none.
    static let decoding = Code(rawValue: 6)
    /// The configuration says what cannot be.
    static let invalidConfiguration = Code(rawValue: 7)
    /// It may work when it is tried again later: the datastore cannot be reached, the node's agent
    /// has not started yet.
    static let tryAgainLater = Code(rawValue: 11)
    /// The kernel refused.
    static let kernel = Code(rawValue: 100)
    /// There is no pool to take an address from.
    static let noPool = Code(rawValue: 101)
    /// The pools have no free address for this node.
    static let noAddress = Code(rawValue: 102)
    /// The datastore refused for good.
    static let datastore = Code(rawValue: 103)
    /// CHECK found something that is not as ADD left it.
    static let checkFailed = Code(rawValue: 104)
    /// The IPAM plugin cannot be run, or failed without saying why.
    static let ipamPlugin = Code(rawValue: 105)
  }

  var description: String {
    "\(message) (code \(code.rawValue))" + (details.isEmpty ? "" : ": \(details)")
  }

  /// The error as it is printed.
  func value(version: String) -> Value {
    var members: [Value.Member] = [
      .init("cniVersion", .string(version)), .init("code", .int(Int64(code.rawValue))),
      .init("msg", .string(message)),
    ]
    if !details.isEmpty { members.append(.init("details", .string(details))) }
    return .object(members)
  }
}
