// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoresUnderTest
import TestSupport
import Testing

@Suite("On every datastore the same", .serialized, .timeLimit(.minutes(5)))
struct EveryStoreTests {
  /// Runs a body with a person who works on an empty store.
  private func withDesk(
    _ subject: StoreUnderTest, _ body: (Desk, any Datastore) async throws -> Void
  ) async throws {
    try await subject.withEmpty { store in
      var desk = Desk()
      desk.open = subject.openAgain
      try await body(desk, store)
    }
  }

  @Test(
    "what cannot be read is named beside the others, and deleted by its name",
    arguments: StoreUnderTest.all)
  func unreadable(subject: StoreUnderTest) async throws {
    try await withDesk(subject) { desk, store in
      for name in ["a", "b", "c"] { _ = try await store.create(GlobalNetworkSet(name: name)) }
      try await subject.spoil("b")
      let list = await desk.run("get", "globalnetworksets")
      #expect(list.code == 1)
      #expect(list.output == lines("NAME   ", "a      ", "c      ", ""))
      let start =
        "failed to get resources: [datastore error: GlobalNetworkSet(b) cannot be read: "
      #expect(list.error.hasPrefix(start) && list.error.hasSuffix("]\n"), "\(list.error)")
      #expect(list.error.split(separator: "\n").count == 1)
      #expect(await desk.run("get", "globalnetworkset", "a", "b", "c") == list)
      let yaml = await desk.run("get", "globalnetworksets", "-oyaml")
      #expect(yaml.error == list.error && yaml.code == 1)
      #expect(yaml.output.contains("name: a\n") && yaml.output.contains("name: c\n"))

      let manifest = """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkSet
        metadata: {name: b}
        """
      let applied = await desk.run("apply", "-f", "-", input: manifest)
      #expect(applied.code == 1 && applied.error.contains("GlobalNetworkSet(b) cannot be read"))
      #expect(
        await desk.run("delete", "globalnetworkset", "b")
          == .init(output: "Successfully deleted 1 'GlobalNetworkSet' resource(s)\n"))
      #expect(
        await desk.run("get", "globalnetworksets")
          == .init(output: lines("NAME   ", "a      ", "c      ", "")))

      // A file that names it will do too.
      #expect(await desk.run("apply", "-f", "-", input: manifest).code == 0)
      try await subject.spoil("b")
      #expect(await desk.run("delete", "-f", "-", input: manifest).code == 0)
      #expect(
        await desk.run("delete", "globalnetworkset", "b").error
          == "failed to delete 'GlobalNetworkSet' resource: "
          + "[resource does not exist: GlobalNetworkSet(b)]\n")
    }
  }

  @Test(
    "a policy keeps the name that it was made with, with the tier's or without",
    arguments: StoreUnderTest.all)
  func names(subject: StoreUnderTest) async throws {
    try await withDesk(subject) { desk, _ in
      func manifest(_ name: String, _ order: Int) -> String {
        """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: \(name)}
        spec: {order: \(order)}
        """
      }
      for (stored, written) in [("default.web", "web"), ("db", "default.db")] {
        #expect(await desk.run("apply", "-f", "-", input: manifest(stored, 1)).code == 0)
        for verb in ["apply", "replace"] {
          #expect(await desk.run(verb, "-f", "-", input: manifest(written, 2)).code == 0)
          for name in [stored, written] {
            let shown = await desk.run("get", "gnp", name, "-oyaml").output
            #expect(shown.contains("  name: \(stored)\n") && shown.contains("order: 2"), "\(shown)")
          }
        }
      }
      let table = await desk.run("get", "gnp").output
      #expect(
        table
          == lines(
            "NAME          TIER      ", "db            default   ", "default.web   default   ", ""))
      #expect(await desk.run("delete", "gnp", "web", "default.db").code == 0)
    }
  }
}
