// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Who holds addresses of a block. The keys are the store's.
public struct AllocationAttribute: Described {
  public var handleID: String?
  /// What is known of the holder: pod, namespace, node, and such.
  public var secondary: [String: String] = [:]
  public var alternateOwnerAttrs: [String: String] = [:]
  /// When the address was released, RFC 3339, while it rests before it is given out again.
  public var releasedAt: String?
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(handleID: String?, secondary: [String: String] = [:]) {
    self.handleID = handleID
    self.secondary = secondary
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("handle_id", &handleID, doc: "The handle that holds the address.")
    v.defaulted("secondary", &secondary, doc: "What is known of the holder.")
    v.defaulted(
      "alternateOwnerAttrs", &alternateOwnerAttrs, doc: "What is known of a second holder.")
    v.optional("releasedAt", &releasedAt, doc: "When the address was released.")
    v.rest(&unknown)
  }
}
