// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// What a schema says beside its form: what is asked of what people write, and not of what is stored
/// already. Definitions of servers that ask what changes, and nothing else, say it too; in those of
/// older servers it would stop whoever changes something else of a stored object.
public enum StrictSchema {
  /// The member that holds it: members of a schema, which stand there in the place of others of
  /// their name.
  public static let member = "x-strict"
  /// A member for a form that no schema knows, one of `Syntax`.
  public static let syntax = "x-syntax"

  public enum Syntax: String, Sendable {
    case regularExpression
    /// A number, or two with a colon between, the first not above the second.
    case numbers
    /// With commas between, and regular expressions between slashes.
    case interfacesOrExpressions
  }

  static func says(_ members: Value.Member...) -> Value.Member {
    Value.Member(member, .object(members))
  }

  static func pattern(_ pattern: String) -> Value.Member {
    says(Value.Member("pattern", .string(pattern)))
  }

  /// Puts members into a schema, in the place of those of their names; what is strict is put
  /// together.
  static func put(_ members: [Value.Member], into schema: inout [Value.Member]) {
    for member in members {
      guard let index = schema.firstIndex(where: { $0.key == member.key }) else {
        schema.append(member)
        continue
      }
      let old = schema.remove(at: index)
      guard member.key == Self.member else {
        schema.append(member)
        continue
      }
      var both = old.value.members ?? []
      put(member.value.members ?? [], into: &both)
      schema.append(Value.Member(member.key, .object(both)))
    }
  }

  // MARK: - Numbers in patterns

  /// Digits up to 65535, without zeros before them.
  static let port =
    "([0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
  /// Digits up to 4294967295, without zeros before them.
  static let word =
    "([0-9]|[1-9][0-9]{1,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}"
    + "|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}"
    + "|42949672[0-8][0-9]|429496729[0-5])"
}
