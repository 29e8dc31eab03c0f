// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings
import ValueTree

/// The process that a runtime starts for one call.
public enum PluginProcess {
  /// Does the call and ends the process.
  ///
  /// The main thread is only parked and the process left by `_exit`: in a fully static program an
  /// asynchronous main, or a thread that ends, makes the unwinder sort every frame of the binary,
  /// which takes longer than the call.
  public static func run() -> Never {
    let arguments = CommandLine.arguments
    signal(SIGPIPE, SIG_IGN)
    if let flag = arguments.dropFirst().first {
      let isVersion = ["-v", "--version"].contains(flag)
      let text =
        isVersion ? BuildVersion.version : "usage: calico [-v], with CNI_COMMAND in the environment"
      _ = PluginFile.write(Array("\(text)\n".utf8), to: isVersion ? 1 : 2)
      _exit(isVersion ? 0 : 1)
    }
    let plugin = Plugin(
      role: Plugin.Role(programName: arguments.first ?? ""), environment: environment())
    Task.detached {
      let output = await plugin.run { PluginFile.contents(of: 0, limit: $0) }
      var status = output.status
      if let value = output.value {
        let bytes = JSON.bytes(value, indent: 2) + [UInt8(ascii: "\n")]
        // Nobody has read the answer, so nobody knows of it.
        if !PluginFile.write(bytes, to: 1) { status = 1 }
      }
      _exit(status)
    }
    while true { pause() }
  }

  private static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return variables
  }
}
