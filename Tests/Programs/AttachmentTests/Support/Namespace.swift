// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// A network namespace of a test's own, removed when the test has ended.
final class Namespace: Sendable {
  let name: String
  var path: String { "/run/netns/\(name)" }

  private static let prefix = "cat"
  /// Removes what runs that were killed have left.
  private static let sweep: Void = {
    let listed = (try? Command.run("ip", "netns", "list")) ?? ""
    for line in listed.split(separator: "\n") where line.hasPrefix(prefix) {
      let name = String(line.prefix { $0 != " " })
      let owner = pid_t(name.dropFirst(prefix.count).prefix { $0 != "x" })
      if let owner, kill(owner, 0) != 0 { _ = try? Command.run("ip", "netns", "delete", name) }
    }
  }()

  init() throws {
    _ = Self.sweep
    name = Self.newName()
    try Command.run("ip", "netns", "add", name)
  }

  private init(made name: String) { self.name = name }

  private static func newName() -> String {
    "\(prefix)\(getpid())x\(String(UInt32.random(in: 0...(.max)), radix: 16))"
  }

  /// Makes many with few processes.
  static func make(_ count: Int) throws -> [Namespace] {
    _ = sweep
    var made: [Namespace] = []
    while made.count < count {
      // Before the call, so that what a failed batch has made is removed too.
      let batch = (0..<min(50, count - made.count)).map { _ in Namespace(made: newName()) }
      made += batch
      let lines = batch.map { "netns add \($0.name)\n" }.joined()
      let outcome = try Command(words: ["ip", "-batch", "-"], input: lines).outcome()
      guard outcome.status == 0 else {
        throw Command.Failure(description: "ip netns add: \(outcome.error)")
      }
    }
    return made
  }

  deinit { remove() }

  func remove() { _ = try? Command.run("ip", "netns", "delete", name) }

  @discardableResult
  func run(_ words: String...) throws -> String { try run(words) }

  @discardableResult
  func run(_ words: [String]) throws -> String {
    try Command.run(["ip", "netns", "exec", name] + words)
  }

  /// Links, addresses and routes, in `ip`'s words.
  func snapshot() throws -> [String] {
    // One process for all.
    try run(
      "sh", "-c",
      "ip -br link | awk '{print $1, $3}'; ip -br addr | awk '{$2=\"\"; print}';"
        + " ip route; ip -6 route; ip neigh show nud permanent"
    ).settled.split(separator: "\n").map(String.init)
  }
}

extension String {
  /// What ip prints, without what the kernel changes a moment later: a carrier that comes, and a
  /// link-local address that nobody else turns out to have, which gets its route then.
  var settled: String {
    replacing(" linkdown", with: "").replacing(" tentative", with: "").split(separator: "\n")
      .filter { !$0.hasPrefix("local fe80:") }.joined(separator: "\n")
  }
}

extension Trait where Self == ConditionTrait {
  static var needsRoot: Self {
    .enabled(if: geteuid() == 0 && Command.isThere("ip"), "needs root and the ip program")
  }
}
