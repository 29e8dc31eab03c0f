// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Datastore
import LocalDatastore
import Resources
import Routing
import Synchronization
import TestSupport

/// A person at a terminal, with a datastore of their own.
struct Desk {
  let folder = TemporaryFolder()
  var environment: [String: String] = [:]
  var readBird: @Sendable (String) throws(RoutingError) -> BirdStatus = {
    socket throws(RoutingError) in
    try BirdStatus.read(socket: socket)
  }

  /// Whether commands open the datastore that is configured, as the program does.
  var followsConfiguration = false
  /// Opens the datastore; nil for one of this desk's own.
  var open: (@Sendable () async throws -> any Datastore)?
  /// What is between the commands and the datastore.
  var wrap: @Sendable (any Datastore) -> any Datastore = { $0 }

  /// What a command said, and its exit code.
  struct Answer: Equatable {
    var code: Int32 = 0
    var output = ""
    var error = ""
  }

  private var storePath: String { folder.file("datastore.db") }

  /// Runs one command to its end.
  func run(_ arguments: String..., input: String = "") async -> Answer {
    await run(arguments, input: input)
  }

  /// Runs one command to its end.
  func run(_ arguments: [String], input: String = "") async -> Answer {
    let path = storePath
    let said = Said()
    var context = CommandContext(
      environment: environment,
      openStore: { [open, wrap] _, _, _ in
        if let open { return wrap(try await open()) }
        return wrap(try await LocalDatastore.open(path: path, durability: .processCrash))
      },
      readBird: readBird,
      readStandardInput: { Array(input.utf8) },
      output: { text in said.output.withLock { $0 += text } },
      error: { text in said.error.withLock { $0 += text } },
      columns: 80)
    if followsConfiguration {
      context.openStore = CommandContext.process.openStore
      context.describeStore = CommandContext.process.describeStore
    }
    let code = await CalicoctlProgram.run(arguments, in: context)
    return Answer(
      code: code, output: said.output.withLock { $0 }, error: said.error.withLock { $0 })
  }

  /// Looks behind the commands' backs.
  func withStore<T>(_ body: (any Datastore) async throws -> T) async throws -> T {
    let store: any Datastore =
      followsConfiguration
      ? try await CommandContext.process.openStore(nil, environment, true)
      : try await LocalDatastore.open(path: storePath, durability: .processCrash)
    do {
      let result = try await body(store)
      await store.close()
      return result
    } catch {
      await store.close()
      throw error
    }
  }

  /// Stores resources as programs do.
  func store(_ resources: any Resource...) async throws {
    try await withStore { store in
      for resource in resources { _ = try await store.create(resource) }
    }
  }

  /// The keys of all resources of a kind.
  func keys(_ kind: Kind) async throws -> [String] {
    try await withStore { store in
      try await store.list(ListQuery(kind)).items.map { "\($0.key)" }
    }
  }
}

/// What a command said.
private final class Said: Sendable {
  let output = Mutex("")
  let error = Mutex("")
}

/// Lines, each with its end.
func lines(_ lines: String...) -> String { lines.map { $0 + "\n" }.joined() }
