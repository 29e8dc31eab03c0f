// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a commit survives.
public enum Durability: Sendable, Hashable {
  /// A power cut too: every commit waits until the disk has it.
  case full
  /// The end of any process, also by kill -9. After a power cut the last commits may be missing;
  /// what is there is whole and consistent.
  case processCrash
}
