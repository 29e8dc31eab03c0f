// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Which service accounts a rule matches: any of the names that also has the labels.
public struct ServiceAccountMatch: Described {
  public var names: [String] = []
  public var selector = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("names", &names, doc: "Any of these names.")
    v.defaulted("selector", &selector, check: .selector, doc: "Accounts with such labels.")
    v.rest(&unknown)
  }
}
