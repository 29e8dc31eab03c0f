// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The kinds of stores.
public enum DatastoreType: String, Sendable, Hashable, CaseIterable {
  /// One file on this host.
  case local
  case etcdv3
  case kubernetes

  /// The type that a word means, in any case.
  public init?(word: String) {
    guard let type = Self.allCases.first(where: { $0.rawValue == word.lowercased() }) else {
      return nil
    }
    self = type
  }

  /// Their names, for messages.
  static func names(_ types: [DatastoreType]) -> String {
    types.map(\.rawValue).joined(separator: ", ")
  }
}
