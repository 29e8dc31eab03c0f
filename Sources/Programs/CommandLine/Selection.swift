// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// The kind and namespace that a command line names.
struct Selection {
  let kind: Kind
  /// Nil for a kind that has none; `default` where the command line says nothing.
  let namespace: String?

  init(_ text: String, namespace: String?) throws {
    guard let kind = Kind(alias: text), kind.isUserVisible else {
      throw CommandFailure(
        "resource type \(text.quoted) is not supported; the kinds are: "
          + Self.kinds.joined(separator: ", "))
    }
    if namespace != nil, !kind.isNamespaced {
      throw CommandFailure("\(kind.rawValue) is not namespaced")
    }
    self.kind = kind
    self.namespace = kind.isNamespaced ? namespace ?? "default" : nil
  }

  /// The kinds that people work with, each with its short names.
  static let kinds = Kind.allCases.filter(\.isUserVisible).map { kind in
    let short = kind.aliases.filter { !isPlural($0, of: kind.aliases) }
    return kind.rawValue + (short.isEmpty ? "" : " (\(short.joined(separator: ", ")))")
  }

  private static func isPlural(_ word: String, of words: [String]) -> Bool {
    words.contains { "\($0)s" == word || "\($0)es" == word || "\($0.dropLast())ies" == word }
  }

  /// The key of a resource by its name.
  func key(_ name: String) throws -> ResourceKey {
    guard !name.isEmpty else { throw CommandFailure("resource name may not be empty") }
    return ResourceKey(kind: kind, namespace: namespace, name: name)
  }
}
