// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One change of the store's contents, as a syncer delivers it.
///
/// Changes of one key arrive in the order in which the store saw them; a slow consumer may see
/// only the last of several.
public enum ResourceChange: Sendable {
  /// The resource now has this value.
  case set(any Resource)
  /// The resource is gone.
  case removed(ResourceKey)

  /// The key of the resource that changed.
  public var key: ResourceKey {
    switch self {
    case .set(let resource): resource.key
    case .removed(let key): key
    }
  }
}
