// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Netlink
import Testing

/// A network namespace of a test's own, removed when the test has ended.
final class TestNamespace {
  let name: String
  let namespace: NetworkNamespace

  /// Removes what a killed run has left, once: the names say whose they are.
  private static let sweep: Void = {
    for name in (try? Command.run("ip", "netns", "list"))?.split(whereSeparator: \.isWhitespace)
      ?? []
    where name.hasPrefix("nlt") {
      let owner = name.dropFirst(3).prefix { $0.isNumber }
      if let process = pid_t(owner), kill(process, 0) < 0, errno == ESRCH {
        _ = try? Command.run("ip", "netns", "delete", String(name))
      }
    }
  }()

  private init() throws {
    Self.sweep
    name = "nlt\(getpid())x\(UInt32.random(in: 0..<0xffff_ffff))"
    try Command.run("ip", "netns", "add", name)
    namespace = try NetworkNamespace(name: name)
  }

  deinit { _ = try? Command.run("ip", "netns", "delete", name) }

  static func with<R>(_ body: (TestNamespace) throws -> R) throws -> R {
    let space = try TestNamespace()
    return try withExtendedLifetime(space) { try body(space) }
  }

  @discardableResult
  func run(_ arguments: String...) throws -> String {
    try Command.run(["ip", "netns", "exec", name] + arguments)
  }

  func routes() throws -> RouteSocket { try RouteSocket(in: namespace) }

  /// An interface that is up and has a carrier: one end of a veth pair, the other beside it.
  func device(_ name: String) throws -> UInt32 {
    let socket = try routes()
    try socket.createVeth(LinkSpec(name: name, isUp: true), peer: LinkSpec(name: "p\(name)"))
    let peer = try #require(try socket.link(named: "p\(name)")).index
    try socket.changeLink(index: peer, LinkChange(isUp: true))
    return try #require(try socket.link(named: name)).index
  }
}

extension Trait where Self == ConditionTrait {
  static var needsRoot: Self {
    .enabled(
      if: geteuid() == 0 && Command.isThere("ip"), "needs root and the ip program")
  }
  static var needsNFT: Self {
    .enabled(if: geteuid() == 0 && Command.isThere("nft"), "needs root and the nft program")
  }
}
