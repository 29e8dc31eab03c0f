// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import StoresUnderTest
import Testing

@Suite("Every datastore keeps its contract", .serialized, .timeLimit(.minutes(5)))
struct ConformanceTests {
  @Test("in every check", arguments: StoreUnderTest.all, DatastoreConformance.checks)
  func keeps(_ subject: StoreUnderTest, _ check: DatastoreConformance.Check) async throws {
    try await subject.withEmpty { store in try await check.run(store, subject) }
  }

  @Test("all of it, whichever store it is") func count() {
    // The cases above are all pairs of these.
    let checks = DatastoreConformance.checks.count
    for subject in StoreUnderTest.all {
      print("conformance of \(subject.testDescription): \(checks) checks")
    }
    #expect(Set(DatastoreConformance.checks.map(\.testDescription)).count == checks)
  }
}
