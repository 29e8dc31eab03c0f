// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Lab

extension LabTests {
  /// The demo to its end.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms(
      "lab-probe", "calico-demo", "calico", "calico-ipam", "calico-node", "calico-typha",
      "calicoctl"))
  struct Demo {
    /// With Typhas on the servers; without them only where that is to take its time.
    private static let casts: [(LabDatastore, Int)] =
      [(.local, 0), (.etcdv3, 2), (.kubernetes, 2)]
      + (getenv("CALICO_LAB_INTERRUPTS") == nil
        ? [] : [(.etcdv3, 0), (.kubernetes, 0), (.local, 1)])

    @Test("everything is as expected on every datastore", arguments: casts)
    func demo(_ datastore: LabDatastore, typhas: Int) throws {
      let before = try HostSnapshot()
      let demo = try RunningCommand([
        LabPrograms(needing: []).path("calico-demo"), "--quiet", "--datastore", datastore.rawValue,
        "--typhas", "\(typhas)",
      ])
      let result = try demo.finish(within: 300)
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(result.output.contains("All \(typhas > 0 ? 23 : 18) as expected."))
      #expect(try HostSnapshot().labDifferences(from: before) == [])
    }
  }
}
