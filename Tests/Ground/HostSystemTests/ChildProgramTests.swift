// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport
import Testing

@Suite("A program that is started")
struct ChildProgramTests {
  private func run(
    _ script: String, input: Int = 0, withErrors: Bool = false, milliseconds: Int = 20_000
  ) throws -> ChildProgram.Outcome {
    // As whoever gives an input does.
    signal(SIGPIPE, SIG_IGN)
    return try ChildProgram(
      ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin", "WORD": "value"]
    ).run(
      input: [UInt8](repeating: UInt8(ascii: "x"), count: input), withErrors: withErrors,
      milliseconds: milliseconds)
  }

  private func text(_ outcome: ChildProgram.Outcome) -> String {
    String(decoding: outcome.output, as: UTF8.self)
  }

  @Test("gets its input and environment, and gives output and status")
  func talks() throws {
    let outcome = try run("printf '%s ' $WORD; wc -c; exit 7", input: 300_000)
    #expect(text(outcome) == "value 300000\n")
    #expect(outcome.status == 7)
    #expect(outcome.signal == nil)
  }

  @Test("says what ended it")
  func ends() throws {
    let killed = try run("kill -9 $$")
    #expect(killed.status == 137)
    #expect(killed.signal == 9)
    let left = try run("exit 137")
    #expect(left.status == 137)
    #expect(left.signal == nil)
  }

  @Test("need not read its input, and may write before it does")
  func deaf() throws {
    #expect(try run("exec true", input: 1_000_000).status == 0)
    let outcome = try run("head -c 900000 /dev/zero; cat > /dev/null", input: 900_000)
    #expect(outcome.output.count == 900_000)
  }

  @Test("without an input finds its end at once")
  func silent() throws {
    #expect(try text(run("wc -c")) == "0\n")
  }

  @Test("has its errors collected where that is asked")
  func errors() throws {
    #expect(try text(run("echo out; echo err >&2", withErrors: true)) == "out\nerr\n")
  }

  @Test("is ended with all that it started when it takes too long")
  func slow() throws {
    let folder = TemporaryFolder()
    let script = "sleep 600 & echo $! > \(folder.path)/child; sleep 600; wait"
    #expect(throws: ChildProgram.Failure.stopped) { try run(script, milliseconds: 500) }
    let child = try #require(pid_t(folder.read("child").filter(\.isNumber)))
    // Whoever takes over orphans buries it; until then it is a zombie.
    func isGone() -> Bool {
      let state = (try? SmallFile.read("/proc/\(child)/stat", limit: 4096)) ?? []
      let words = String(decoding: state, as: UTF8.self).split(separator: " ")
      return words.isEmpty || words.dropFirst(2).first == "Z"
    }
    let deadline = monotonicMilliseconds() + 10_000
    while !isGone(), monotonicMilliseconds() < deadline { usleep(1000) }
    #expect(isGone())
  }

  @Test("is ended when it goes on after the end of its output")
  func lingering() throws {
    let script = "exec >&- 2>&-; sleep 20"
    #expect(throws: ChildProgram.Failure.stopped) { try run(script, milliseconds: 500) }
  }

  @Test("is ended when its output has no end")
  func endless() throws {
    #expect(throws: ChildProgram.Failure.stopped) { try run("cat /dev/zero") }
  }

  @Test("that cannot be started is an error")
  func missing() {
    let failure = ChildProgram.Failure.notStarted(
      SystemCallError("start", "/nowhere", code: ENOENT))
    #expect(throws: failure) { try ChildProgram(["/nowhere"]).run(milliseconds: 1) }
  }

  @Test("has the default signals and no descriptors of ours")
  func inheritsNothing() throws {
    // Not closed on exec: a descriptor that somebody forgot to mark.
    let forgotten = fcntl(0, F_DUPFD, 200)
    #expect(forgotten >= 200)
    defer { close(forgotten) }
    let outcome = try run(
      "for f in /proc/self/fd/*; do echo fd ${f##*/}; done; grep SigIgn /proc/self/status")
    let words = text(outcome).split(whereSeparator: \.isWhitespace).map(String.init)
    #expect(words.contains("0"))
    #expect(!words.contains("\(forgotten)"))
    // Two signals above 31 are the C library's own.
    let ignored = try #require(words.last.flatMap { UInt64($0, radix: 16) })
    #expect(ignored & 0x7fff_ffff == 0)
  }
}
