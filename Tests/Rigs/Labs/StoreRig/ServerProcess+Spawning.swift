// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

extension ServerProcess {
  /// Starts a program in a process group of its own, with default signals and no other descriptors.
  ///
  /// - Parameter input: what it reads from; nil is nothing.
  static func spawn(
    _ words: [String], _ environment: [String: String], input: Int32?, log: String,
    append: Bool = true, errors: String? = nil
  ) throws(RigError) -> pid_t {
    let flags = O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC)
    var program = ChildProgram(words, environment: environment)
    program.family = .processGroup
    program.input = input.map { .descriptor($0) } ?? .null
    program.output = .path(log, flags)
    program.errors = errors.map { .path($0, flags) } ?? .descriptor(1)
    do throws(SystemCallError) {
      return try program.start()
    } catch {
      throw RigError("cannot run \(words.first ?? "nothing"): \(errorText(error.code))")
    }
  }
}
