// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import Glibc
import NetworkEngine
import PolicyEngine
import Resources
import SyncModel
import Testing
import ValueTree

@testable import Dataplane

@Suite("The table of a node", .serialized, .needsRoot)
struct SnapshotTests {
  private static let folder =
    "\(#filePath)".split(separator: "/").dropLast()
    .reduce("") { "\($0)/\($1)" } + "/Snapshots"

  /// What the node of the snapshot is asked to be.
  static func changes() throws -> [DesiredChange] {
    let bytes = Array(try read("\(folder)/lab-node.yaml").utf8)
    var converter = SyncConverter()
    var engine = PolicyEngine(scope: .node("node1"))
    var network = NetworkEngine(node: "node1", routerID: .nodeAddress, logFile: "")
    for document in try YAML.documents(bytes, file: "lab-node.yaml") {
      for update in converter.convert(.set(try ResourceDocument.decode(document))) {
        engine.apply(update)
        network.apply(update)
      }
    }
    #expect(converter.problems.map { "\($0)" } == [])
    engine.apply(.inSync)
    network.apply(.inSync)
    return network.flush() + engine.flush()
  }

  static func read(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw CommandFailure(description: "open \(path)") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// After a change that is meant, the test writes the new listing with `CALICO_RECORD=1`; look at
  /// the difference before it is committed.
  @Test("reads as in the reviewed listing")
  func listing() async throws {
    let namespace = try TestNamespace()
    let dataplane = try namespace.dataplane()
    try await dataplane.start()
    let status = await dataplane.apply(try Self.changes())
    #expect(status.failure == nil)
    let text = Self.settled(try namespace.run("nft", "list", "table", "inet", "calico"))
    let path = "\(Self.folder)/lab-node.nft"
    if getenv("CALICO_RECORD") != nil {
      guard let file = fopen(path, "w") else { throw CommandFailure(description: "open \(path)") }
      fputs(text, file)
      fclose(file)
    }
    #expect(text == (try Self.read(path)))
  }

  @Test("loads again with nft and lists the same")
  func loading() throws {
    let namespace = try TestNamespace()
    let text = try Self.read("\(Self.folder)/lab-node.nft")
    try namespace.run(["nft", "-f", "-"], input: text)
    #expect(Self.settled(try namespace.run("nft", "list", "table", "inet", "calico")) == text)
  }

  /// A listing with the elements of each set in order and on one line: the kernel keeps most in
  /// tables whose order is chance.
  static func settled(_ listing: String) -> String {
    var result = ""
    var rest = listing[...]
    let (start, end) = ("elements = { ", " }")
    while let opening = rest.firstRange(of: start) {
      result += rest[..<opening.upperBound]
      rest = rest[opening.upperBound...]
      guard let closing = rest.firstRange(of: end) else { break }
      let elements = rest[..<closing.lowerBound].split(separator: ",").map { element in
        String(element.drop(while: \.isWhitespace))
      }
      result += elements.sorted().joined(separator: ", ")
      rest = rest[closing.lowerBound...]
    }
    return result + rest
  }
}
