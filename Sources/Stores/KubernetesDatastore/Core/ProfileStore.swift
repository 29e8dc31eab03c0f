// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import KubernetesModel
import Resources

/// Profiles, which are namespaces and service accounts.
struct ProfileStore: KindStore {
  private let namespaces: CoreCalls<KubeNamespace>
  private let accounts: CoreCalls<KubeServiceAccount>

  init(_ client: KubernetesClient) {
    namespaces = CoreCalls(client: client, resource: .namespaces)
    accounts = CoreCalls(client: client, resource: .serviceAccounts)
  }

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    throw Self.readOnly("Create", resource.key)
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    throw Self.readOnly("Update", resource.key)
  }

  func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    throw Self.readOnly("Delete", key)
  }

  private static func readOnly(_ operation: String, _ key: ResourceKey) -> DatastoreError {
    .notSupported(
      operation: operation, key: key,
      reason: "profiles are made of namespaces and service accounts; change those with kubectl")
  }

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    if key.name == ProfileConversion.defaultAllow { return ProfileConversion.allowingProfile }
    if key.name.hasPrefix(ProfileName.ofNamespace) {
      let name = String(key.name.dropFirst(ProfileName.ofNamespace.count))
      guard !name.isEmpty else { throw .doesNotExist(key) }
      return ProfileConversion.profile(
        of: try await namespaces.get(key, namespace: nil, name: name))
    }
    // A namespace has no dot in its name; a service account may.
    let parts = key.name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard key.name.hasPrefix(ProfileName.ofServiceAccount), parts.count == 3,
      !parts[1].isEmpty, !parts[2].isEmpty
    else { throw .doesNotExist(key) }
    return ProfileConversion.profile(
      of: try await accounts.get(key, namespace: String(parts[1]), name: String(parts[2])))
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    async let first = namespaces.list(query.kind)
    async let second = accounts.list(query.kind)
    let (spaces, spacesRevision): ([KubeNamespace], String)
    let (users, usersRevision): ([KubeServiceAccount], String)
    do {
      (spaces, spacesRevision) = try await first
      (users, usersRevision) = try await second
    } catch {
      throw error as? DatastoreError ?? .failed("\(error)")
    }
    let profiles: [Profile] =
      [ProfileConversion.allowingProfile] + spaces.map(ProfileConversion.profile)
      + users.map(ProfileConversion.profile)
    return ListResult(
      items: profiles.filter { query.selects($0.key) },
      revision: CompositeRevision.join([spacesRevision, usersRevision]))
  }

  func sources(_ query: ListQuery) -> [WatchSource] {
    [
      WatchSource(resource: .namespaces, selection: .init()) {
        [namespaces] change throws(KubernetesError) in
        switch change {
        case .set(let object):
          [.set(ProfileConversion.profile(of: try namespaces.decode(object)))]
        case .deleted(let object):
          [.deleted(ProfileConversion.profile(of: try namespaces.decode(object)).key)]
        }
      },
      WatchSource(resource: .serviceAccounts, selection: .init()) {
        [accounts] change throws(KubernetesError) in
        switch change {
        case .set(let object):
          [.set(ProfileConversion.profile(of: try accounts.decode(object)))]
        case .deleted(let object):
          [.deleted(ProfileConversion.profile(of: try accounts.decode(object)).key)]
        }
      },
    ]
  }
}
