// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Probes on their way, all at once.
public struct RunningProbe {
  let targets: [ProbeTarget]
  let command: RunningCommand

  /// How each of them ended.
  public func outcomes() throws(LabError) -> [ProbeTarget: ProbeOutcome] {
    let output = try command.finish().checked()
    var outcomes: [ProbeTarget: ProbeOutcome] = [:]
    for (target, line) in zip(targets, output.split(separator: "\n")) {
      let text = line.split(separator: " ", maxSplits: 1).last ?? ""
      outcomes[target] = ProbeOutcome(line: text)
    }
    return outcomes
  }
}
