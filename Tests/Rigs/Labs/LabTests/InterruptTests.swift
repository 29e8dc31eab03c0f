// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport
import Testing

@testable import Lab

extension LabTests {
  /// The demo, stopped in the middle.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms("lab-probe", "calico-demo", "calico", "calico-ipam", "calico-node", "calicoctl"))
  struct Interrupts {
    /// Another number of rounds when asked: `CALICO_LAB_INTERRUPTS=100`.
    static let rounds = getenv("CALICO_LAB_INTERRUPTS").flatMap { Int(String(cString: $0)) } ?? 20

    private func startDemo() throws -> RunningCommand {
      try RunningCommand([LabPrograms(needing: []).path("calico-demo")])
    }

    private func name(_ demo: RunningCommand) -> String { "clab\(demo.pid)a" }

    /// Waits until the demo has made something.
    private func waitForLab(_ demo: RunningCommand) throws {
      let deadline = monotonicMilliseconds() + 20_000
      while LabCluster.leftovers(of: name(demo)).count < 3 {
        try #require(demo.isRunning && monotonicMilliseconds() < deadline)
        poll(nil, 0, 10)
      }
    }

    @Test("Ctrl-C at any moment of the demo leaves the machine as it was")
    func interrupt() throws {
      var dice = SplitMix64(seed: SplitMix64.seed(for: "interrupts"))
      let before = try HostSnapshot()
      for round in 0..<Self.rounds {
        let demo = try startDemo()
        // Most of what the demo makes is made early.
        let limit = round % 2 == 0 ? 4000 : 14_000
        poll(nil, 0, Int32.random(in: 0...Int32(limit), using: &dice))
        let signal = [SIGINT, SIGTERM, SIGHUP][round % 3]
        demo.signal(signal)
        // A second one does not disturb the cleaning up.
        poll(nil, 0, Int32.random(in: 0...300, using: &dice))
        demo.signal(SIGINT)
        let result = try demo.finish(within: 60)
        // Before the demo listens, a signal simply ends it, and there is nothing to clean; after
        // its end it is too late for one.
        #expect([130, 128 + signal, 0].contains(result.status), "round \(round): \(result)")
        #expect(LabCluster.leftovers(of: name(demo)) == [], "round \(round)")
      }
      #expect(try HostSnapshot().labDifferences(from: before) == [])
    }

    @Test("what a demo that was killed with -9 has left is swept by the next lab")
    func sweep() throws {
      let before = try HostSnapshot()
      let demo = try startDemo()
      try waitForLab(demo)
      poll(nil, 0, 3000)
      demo.stop(SIGKILL)
      #expect(LabCluster.leftovers(of: name(demo)).count >= 3)
      let lab = try LabCluster(LabOptions(nodes: 0, programs: ["lab-probe"]))
      #expect(lab.swept.contains(name(demo)))
      lab.destroy()
      #expect(LabCluster.leftovers(of: name(demo)) == [])
      #expect(try HostSnapshot().labDifferences(from: before) == [])
    }

    @Test("two demos at once do not disturb each other")
    func twice() throws {
      let first = try startDemo()
      try waitForLab(first)
      let second = try startDemo()
      try waitForLab(second)
      #expect(LabCluster.leftovers(of: name(first)).count >= 3)
      for demo in [first, second] {
        demo.signal(SIGINT)
        #expect(try demo.finish(within: 60).status == 130)
        #expect(LabCluster.leftovers(of: name(demo)) == [])
      }
    }
  }
}
