// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a staged policy would do to the policy of its name.
public enum StagedAction: String, Choice {
  /// Make it, or make it as staged.
  case set = "Set"
  case delete = "Delete"
  /// Learn what it should say.
  case learn = "Learn"
  case ignore = "Ignore"

  public static var blank: StagedAction { .set }
}
