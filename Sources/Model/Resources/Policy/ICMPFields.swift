// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An ICMP type, and a code where one is wanted.
public struct ICMPFields: Described {
  public var type: Int?
  public var code: Int?
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(type: Int, code: Int? = nil) {
    self.type = type
    self.code = code
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("type", &type, check: .range(0...254), doc: "The ICMP type.")
    v.optional("code", &code, check: .range(0...255), doc: "The ICMP code; needs a type.")
    v.rest(&unknown)
  }
}
