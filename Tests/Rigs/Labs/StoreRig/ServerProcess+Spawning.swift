// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

extension ServerProcess {
  /// Starts a program in a process group of its own, with default signals and no other descriptors.
  ///
  /// - Parameter input: what it reads from; nil is nothing.
  static func spawn(
    _ words: [String], _ environment: [String: String], input: Int32?, log: String,
    append: Bool = true, errors: String? = nil
  ) throws(RigError) -> pid_t {
    guard let program = words.first else { throw RigError("no program to run") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC)
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, log, flags, 0o600)
    if let errors {
      posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)
    } else {
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var list = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in list + variables { free(text) } }
    var child = pid_t()
    let code = posix_spawnp(&child, program, &actions, &attributes, &list, &variables)
    guard code == 0 else {
      throw RigError("cannot run \(program): \(String(cString: strerror(code)))")
    }
    return child
  }
}
