// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

extension CredentialProgram {
  /// How long a program may take, in milliseconds.
  static let timeLimit = 60_000
  /// Bytes of its answer at most.
  private static let outputLimit = 1 << 20

  /// Runs the program and gives back what it wrote. Blocks the thread.
  ///
  /// Its standard error is ours: what it tells people, they should see.
  ///
  /// - Parameter information: what it is told in `KUBERNETES_EXEC_INFO`.
  ///
  /// Errors: `configuration`, when it cannot be started, fails, or does not answer in time.
  func run(
    information: String, milliseconds: Int = timeLimit
  ) throws(KubernetesError) -> [UInt8] {
    var variables = Self.inherited
    variables.merge(environment) { _, own in own }
    variables["KUBERNETES_EXEC_INFO"] = information
    let outcome: ChildProgram.Outcome
    do throws(ChildProgram.Failure) {
      outcome = try ChildProgram([command] + arguments, environment: variables).run(
        outputLimit: Self.outputLimit, milliseconds: milliseconds)
    } catch {
      switch error {
      case .notStarted(let error):
        let hint = installHint.isEmpty ? "" : "; \(installHint)"
        throw .configuration(
          "cannot run the credential program \(command): \(errorText(error.code))\(hint)")
      case .stopped:
        throw .configuration(
          "the credential program \(command) did not end within \(milliseconds) ms with an answer "
            + "of at most \(Self.outputLimit) bytes; run it by hand to see why")
      }
    }
    guard outcome.status == 0 else {
      let how = outcome.signal.map { "signal \($0)" } ?? "exit status \(outcome.status)"
      throw .configuration(
        "the credential program \(command) failed with \(how); run it by hand to see why")
    }
    return outcome.output
  }

  /// Our own environment.
  private static var inherited: [String: String] {
    let bytes = (try? SmallFile.read("/proc/self/environ", limit: 1 << 20)) ?? []
    var variables: [String: String] = [:]
    for entry in bytes.split(separator: 0) {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      variables[String(decoding: entry[..<equals], as: UTF8.self)] =
        String(decoding: entry[(equals + 1)...], as: UTF8.self)
    }
    return variables
  }
}
