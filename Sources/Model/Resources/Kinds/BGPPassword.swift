// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where the password of BGP sessions is.
public struct BGPPassword: Described {
  public var secretKeyRef: SecretKey?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("secretKeyRef", &secretKeyRef, doc: "The Kubernetes secret.")
    v.rest(&unknown)
  }

  /// A key of a Kubernetes secret.
  public struct SecretKey: Described {
    public var name = ""
    public var key = ""
    public var optional: Bool?
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.defaulted("name", &name, doc: "The secret's name.")
      v.required("key", &key, doc: "The key in the secret.")
      v.optional("optional", &optional, doc: "Whether it may be missing.")
      v.rest(&unknown)
    }
  }
}
