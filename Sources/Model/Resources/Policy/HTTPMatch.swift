// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What of HTTP requests a rule matches.
public struct HTTPMatch: Described {
  public var methods: [String] = []
  public var paths: [Path] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("methods", &methods, doc: "Any of these methods.")
    v.defaulted("paths", &paths, doc: "Any of these paths.")
    v.rest(&unknown)
  }

  /// One path, whole or the beginning of it.
  public struct Path: Described {
    public var exact: String?
    public var prefix: String?
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.optional("exact", &exact, doc: "The whole path.")
      v.optional("prefix", &prefix, doc: "What the path begins with.")
      v.rest(&unknown)
    }
  }
}
