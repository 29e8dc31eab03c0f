// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import DesiredState
import Routing
import TestSupport
import Testing

/// A real BIRD in a network namespace says what it would tell its peers.
@Suite("What BIRD announces")
struct ExportTests {
  private static let lan = ["10.99.128.0/24", "10.99.130.0/24"]
  private static let pods = ["10.99.0.5/32", "10.99.1.0/26"]

  @Test(
    "are the pods of a pool, and what else is in it only where that is wanted",
    arguments: [
      (BGPPool.Announced.everything, pods + lan), (.workloads, pods), (.nothing, []),
    ])
  func announced(_ announced: BGPPool.Announced, _ expected: [String]) throws {
    let space = "calico-bird-\(getpid())"
    func ip(_ words: String) throws {
      let (status, output) = try runProgram(
        ["ip", "-n", space] + words.split(separator: " ").map(String.init))
      #expect(status == 0, "\(words): \(output)")
    }
    try runProgram(["ip", "netns", "add", space])
    defer { _ = try? runProgram(["ip", "netns", "del", space]) }
    for name in ["cali1", "eth0"] {
      try ip("link add \(name) type veth peer name p\(name)")
      try ip("link set \(name) up")
      try ip("link set p\(name) up")
    }
    // A pod with a borrowed address; the host's own network, and one behind a router in it.
    try ip("route add 10.99.0.5/32 dev cali1")
    try ip("address add 10.99.128.1/24 dev eth0")
    try ip("route add 10.99.130.0/24 via 10.99.128.2")

    let folder = TemporaryFolder()
    var configuration = BGPDaemonConfiguration.example
    configuration.peers = []
    configuration.blocks = [try #require(CIDR("10.99.1.0/26"))]
    configuration.pools = [BGPPool(cidr: try #require(CIDR("10.99.0.0/16")), announced: announced)]
    configuration.logFile = folder.path + "/bird.log"
    let file = try folder.write(configuration.render(), to: "bird.cfg")
    let socket = folder.file("bird.ctl")
    let (status, output) = try runProgram([
      "ip", "netns", "exec", space, "bird", "-c", file, "-s", socket, "-P", folder.file("bird.pid"),
    ])
    #expect(status == 0, "\(output)")
    var control = try BirdControl.connect(path: socket)
    defer { _ = try? control.send("down") }
    let all = Set(Self.pods + Self.lan)
    var known: Set<String> = []
    // BIRD reads the kernel's routes every other second.
    for _ in 0..<200 where !known.isSuperset(of: all) {
      known = try Self.routes("show route table master4", &control)
      if !known.isSuperset(of: all) { poll(nil, 0, 50) }
    }
    #expect(known.isSuperset(of: all))
    let told = try Self.routes("show route filter calico_export4 table master4", &control)
    #expect(told == Set(expected))
  }

  private static func routes(
    _ command: String, _ control: inout BirdControl
  ) throws -> Set<String> {
    let lines = try control.send(command).map(\.text)
    return Set(
      lines.compactMap { line in
        line.split(separator: " ").first.flatMap { $0.contains("/") ? String($0) : nil }
      })
  }
}
