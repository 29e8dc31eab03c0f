// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Says which step comes next, for tests of what a crash or a failure leaves behind.
///
/// `CALICO_CNI_STEP_LOG` names a file that gets a line before each step. Before the step that
/// `CALICO_CNI_KILL_AT` names the process kills itself, and before that of `CALICO_CNI_FAIL_AT` the
/// call fails, if the step is one that can. `take-away:3` is the third part of a step that has parts,
/// before which the step has begun. All are in every build, so that the binary that is
/// tested is the one that is shipped. Who can set them starts the plugin and could kill it at any
/// moment anyway; without them a step costs nothing.
struct Steps: Sendable {
  private let log: String?
  private let last: String?
  private let failing: String?

  init(_ environment: [String: String]) {
    log = environment["CALICO_CNI_STEP_LOG"]
    last = environment["CALICO_CNI_KILL_AT"]
    failing = environment["CALICO_CNI_FAIL_AT"]
  }

  /// Before a step that can fail.
  func begin(_ step: Step) throws(CNIError) {
    before(step)
    if failing == step.rawValue {
      throw CNIError(.inputOutput, "CALICO_CNI_FAIL_AT is \(step.rawValue)")
    }
  }

  /// Before a part of a step that can fail, the first of which is 1.
  func begin(_ step: Step, part: Int) throws(CNIError) {
    let name = "\(step.rawValue):\(part)"
    if last == name { kill(getpid(), SIGKILL) }
    if failing == name { throw CNIError(.inputOutput, "CALICO_CNI_FAIL_AT is \(name)") }
  }

  func before(_ step: Step) {
    if let log {
      let descriptor = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
      if descriptor >= 0 {
        _ = PluginFile.write(Array("\(step.rawValue)\n".utf8), to: descriptor)
        close(descriptor)
      }
    }
    if last == step.rawValue { kill(getpid(), SIGKILL) }
  }
}
