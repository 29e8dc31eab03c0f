// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where agent and clients meet. A socket with a path is found from every network namespace.
public enum AgentSocket {
  public static let defaultRunDirectory = "/var/run/calico"

  /// `agent.sock` in the run directory.
  public static func path(runDirectory: String = defaultRunDirectory) -> String {
    runDirectory.hasSuffix("/") ? runDirectory + "agent.sock" : runDirectory + "/agent.sock"
  }

  /// Bytes of a path at most: what `sun_path` of sockaddr_un holds with the zero that ends it.
  public static let longestPath = 107
}
