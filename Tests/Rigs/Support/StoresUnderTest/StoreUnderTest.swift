// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
public import Resources
public import Testing
public import ValueTree

/// A store that a test runs on: each kind that there is, the servers real ones.
public struct StoreUnderTest: Sendable, CustomTestStringConvertible {
  /// Every store there is.
  public static let all: [StoreUnderTest] = [.local, .etcd, .kubernetes]

  public let testDescription: String
  /// The kinds that it derives from something else: they are read, and not created.
  public let derivedKinds: Set<Kind>
  /// Opens it with nothing in it.
  let openEmpty: @Sendable () async throws -> any Datastore
  /// Opens what was opened last once more, as another process would.
  public let openAgain: @Sendable () async throws -> any Datastore
  /// Does to it what breaks the connections or the watches of those who have it open; what is
  /// stored stays. Of each fault that it knows one, by number.
  public let disturb: @Sendable (Int) async throws -> Void
  /// Makes what is stored of a GlobalNetworkSet unreadable, behind the store's back.
  public let spoil: @Sendable (_ name: String) async throws -> Void
  /// Changes what is stored of an object, behind the store's back.
  let plant: @Sendable (ResourceKey, (Value) -> Value) async throws -> Void
  private let turn = Turn()

  init(
    testDescription: String, derivedKinds: Set<Kind> = [],
    openEmpty: @escaping @Sendable () async throws -> any Datastore,
    openAgain: @escaping @Sendable () async throws -> any Datastore,
    disturb: @escaping @Sendable (Int) async throws -> Void,
    spoil: @escaping @Sendable (String) async throws -> Void,
    plant: @escaping @Sendable (ResourceKey, (Value) -> Value) async throws -> Void
  ) {
    self.testDescription = testDescription
    self.derivedKinds = derivedKinds
    self.openEmpty = openEmpty
    self.openAgain = openAgain
    self.disturb = disturb
    self.spoil = spoil
    self.plant = plant
  }

  /// The kinds that a client may write.
  public var writtenKinds: [Kind] { Kind.allCases.filter { !derivedKinds.contains($0) } }

  /// Gives a stored object this spec, behind the store's back and past all validation.
  public func plant(_ key: ResourceKey, spec: Value) async throws {
    try await plant(key) { object in
      var object = object
      object["spec"] = spec
      return object
    }
  }

  /// Runs a body with the store, which has nothing in it and is closed afterwards. Others who want
  /// it wait meanwhile: there is one server of each kind for all tests.
  public func withEmpty(_ body: (any Datastore) async throws -> Void) async throws {
    await turn.take()
    do {
      let store = try await openEmpty()
      do {
        try await body(store)
      } catch {
        await store.close()
        throw error
      }
      await store.close()
    } catch {
      await turn.give()
      throw error
    }
    await turn.give()
  }
}
