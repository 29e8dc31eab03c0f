// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Lab

extension LabTests {
  /// The demo to its end.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms("lab-probe", "calico-demo", "calico", "calico-ipam", "calico-node", "calicoctl"))
  struct Demo {
    @Test("everything is as expected on every datastore", arguments: LabDatastore.allCases)
    func demo(_ datastore: LabDatastore) throws {
      let before = try HostSnapshot()
      let demo = try RunningCommand([
        LabPrograms(needing: []).path("calico-demo"), "--quiet", "--datastore", datastore.rawValue,
      ])
      let result = try demo.finish(within: 300)
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(result.output.contains("All 18 as expected."))
      #expect(try HostSnapshot().labDifferences(from: before) == [])
    }
  }
}
