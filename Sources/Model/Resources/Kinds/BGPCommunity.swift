// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A BGP community with a name.
public struct BGPCommunity: Described {
  public var name = ""
  /// `aa:nn` of 16 bits each, or `aa:nn:mm` of 32 bits each.
  public var value = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("name", &name, doc: "The name.")
    v.required("value", &value, doc: "The value: aa:nn or aa:nn:mm.")
    v.rest(&unknown)
  }

  /// The values that people may write.
  public static let pattern: String = {
    let (half, whole) = (StrictSchema.port, StrictSchema.word)
    return "^(\(half):\(half)|\(whole):\(whole):\(whole))$"
  }()

  /// Whether a text is a community, standard or large.
  ///
  /// - Parameter asWritten: whether its numbers must be as people write them today, without zeros
  ///   before them; stored ones with zeros are read.
  static func isValue(_ text: String, asWritten: Bool = false) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else { return false }
    if asWritten, !parts.allSatisfy({ NameRules.isNumber($0) }) { return false }
    switch parts.count {
    case 2: return parts.allSatisfy { UInt16($0) != nil }
    case 3: return parts.allSatisfy { UInt32($0) != nil }
    default: return false
    }
  }
}
