// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How a policy will be used, for the agents to prepare.
public enum PerformanceHint: String, Choice {
  case assumeNeededOnEveryNode = "AssumeNeededOnEveryNode"

  public static var blank: PerformanceHint { .assumeNeededOnEveryNode }
}
