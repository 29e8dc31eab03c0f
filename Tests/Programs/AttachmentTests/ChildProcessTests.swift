// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

@testable import Attachment

@Suite("Another plugin as a child process")
struct ChildProcessTests {
  private func run(
    _ script: String, input: Int = 0, milliseconds: Int = 20_000
  ) throws -> ChildProcess.Outcome {
    // As the plugin's process does.
    signal(SIGPIPE, SIG_IGN)
    let folder = TemporaryFolder()
    try folder.write("#!/bin/sh\n\(script)\n", to: "plugin", mode: 0o700)
    return try ChildProcess(
      program: folder.path + "/plugin", environment: ["PATH": "/usr/bin:/bin", "WORD": "value"],
      input: [UInt8](repeating: UInt8(ascii: "x"), count: input), milliseconds: milliseconds
    ).run()
  }

  @Test("gets its input and environment, and gives output and status")
  func talks() throws {
    let outcome = try run("printf '%s ' $WORD; wc -c; exit 7", input: 300_000)
    #expect(String(decoding: outcome.output, as: UTF8.self) == "value 300000\n")
    #expect(outcome.status == 7)
    #expect(try run("kill -9 $$").status == 137)
  }

  @Test("need not read its input, and may write before it does")
  func deaf() throws {
    #expect(try run("exec true", input: 1_000_000).status == 0)
    let outcome = try run("head -c 900000 /dev/zero; cat > /dev/null", input: 900_000)
    #expect(outcome.output.count == 900_000)
  }

  @Test("is ended with all that it started when it takes too long")
  func slow() throws {
    let error = #expect(throws: CNIError.self) {
      try run("sleep 600 & sleep 600; wait", milliseconds: 300)
    }
    #expect(error?.code == .ipamPlugin)
    #expect(error?.message.contains("did not end within 300 ms") == true)
  }

  @Test("is ended when its output has no end")
  func endless() throws {
    let error = #expect(throws: CNIError.self) { try run("cat /dev/zero") }
    #expect(error?.code == .ipamPlugin)
  }

  @Test("that cannot be started is an error")
  func missing() {
    let error = #expect(throws: CNIError.self) {
      try ChildProcess(program: "/nowhere", environment: [:], input: [], milliseconds: 1).run()
    }
    #expect(error?.message == "/nowhere: No such file or directory")
  }
}
