// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import Glibc
import Logging
import Netlink
import Telemetry
import Testing

extension Trait where Self == ConditionTrait {
  static var needsRoot: Self { .enabled(if: geteuid() == 0, "needs root") }
}

struct CommandFailure: Error, CustomStringConvertible {
  var description: String
}

/// A network namespace that goes with its owner.
final class TestNamespace {
  let name: String

  init() throws {
    name = "dpt" + String(UInt32.random(in: 0...UInt32.max), radix: 16)
    try command(["ip", "netns", "add", name])
    try run("ip", "link", "set", "lo", "up")
  }

  deinit { _ = try? command(["ip", "netns", "delete", name]) }

  func dataplane(
    _ configuration: DataplaneConfiguration = DataplaneConfiguration(),
    metrics: MetricsRegistry = MetricsRegistry()
  ) throws -> Dataplane {
    var log = Logger(label: "test")
    log.logLevel = .critical
    return try Dataplane(
      configuration: configuration, namespace: NetworkNamespace(name: name), metrics: metrics,
      log: log)
  }

  @discardableResult
  func run(_ words: String...) throws -> String { try run(words) }

  @discardableResult
  func run(_ words: [String], input: String = "") throws -> String {
    try command(["ip", "netns", "exec", name] + words, input: input)
  }
}

/// Runs a program to its end and returns what it prints; what it says otherwise is the error.
@discardableResult
func command(_ words: [String], input: String = "") throws -> String {
  var template = Array("/tmp/dataplane-test-XXXXXX".utf8CString)
  let file = mkstemp(&template)
  guard file >= 0 else { throw CommandFailure(description: "mkstemp: \(errno)") }
  let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer { unlink(path) }
  let bytes = Array(input.utf8)
  guard write(file, bytes, bytes.count) == bytes.count else {
    throw CommandFailure(description: "write: \(errno)")
  }
  close(file)
  let line = words.map { "'" + $0 + "'" }.joined(separator: " ")
  guard let pipe = popen("exec 2>&1; \(line) < \(path)", "r") else {
    throw CommandFailure(description: "popen: \(errno)")
  }
  var output: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&chunk, 1, chunk.count, pipe)
    guard count > 0 else { break }
    output += chunk[..<count]
  }
  let status = pclose(pipe)
  let text = String(decoding: output, as: UTF8.self)
  guard status == 0 else { throw CommandFailure(description: "\(line): \(text)") }
  return text
}
