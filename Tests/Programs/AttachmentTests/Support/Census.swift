// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Compares what datastore and kernel say of pods' addresses with what the runtime was told. It
/// shares no code with what it judges.
struct Census {
  let store: StoreCensus
  let kernel: KernelCensus
  let network: String

  /// A pod as a runtime knows it.
  struct Pod: Sendable {
    let name: String
    /// That of the network which its last container has.
    var namespace: String
    /// Those of the containers before.
    var formerNamespaces: [String] = []
    /// Those that ADD was called for and DEL not yet.
    var containers: [String] = []
    /// The namespace of each container.
    var namespaceOf: [String: String] = [:]
    /// How many containers it has had.
    var made = 0
    /// The container whose ADD has answered last, and the address.
    var live: Live?
  }

  struct Live: Sendable {
    var container: String
    var address: String
  }

  /// The namespaces to look into, by a name for each that begins with its pod's.
  static func namespaces(_ pods: [Pod]) -> [String: String] {
    var found: [String: String] = [:]
    for pod in pods {
      found[pod.name] = pod.namespace
      for (index, name) in pod.formerNamespaces.enumerated() {
        found["\(pod.name)#\(index)"] = name
      }
    }
    return found
  }

  private static func pod(_ place: String) -> String { String(place.prefix { $0 != "#" }) }

  func problems(_ pods: [Pod]) -> [String] {
    var found = store.problems(network: network)
    found += problemsOfOwners(pods)
    for pod in pods {
      guard let live = pod.live else { continue }
      let endpoints = store.endpoints.filter { $0.pod == pod.name }
      let links = kernel.podOfLink.filter { $0.value == pod.name }.map(\.key)
      let facts: [(String, [String])] = [
        (
          "allocations",
          store.holders.filter { $0.value == ["\(network).\(live.container)"] }.map(\.key)
        ),
        ("endpoints", endpoints.map(\.address)),
        ("interface", kernel.addresses[pod.name] ?? []),
        ("routes", kernel.routes.filter { links.contains($0.link) }.map(\.destination)),
      ]
      for (what, said) in facts where said != [live.address] {
        found.append("\(pod.name) was given \(live.address), its \(what) say \(said)")
      }
      if endpoints.map(\.container) != [live.container] || endpoints.map(\.interface) != links {
        found.append("\(pod.name) is \(live) behind \(links), its endpoints are \(endpoints)")
      }
    }
    return found
  }

  /// Of every address that is anywhere there is one pod, and one container that holds it.
  private func problemsOfOwners(_ pods: [Pod]) -> [String] {
    var found: [String] = []
    var claims: [String: Set<String>] = [:]
    var podOfHandle: [String: String] = [:]
    for pod in pods {
      for container in pod.containers { podOfHandle["\(network).\(container)"] = pod.name }
    }
    for (address, handles) in store.holders {
      for handle in handles {
        if podOfHandle[handle] == nil { found.append("\(address) is taken by nobody: \(handle)") }
        claims[address, default: []].insert(podOfHandle[handle] ?? handle)
      }
    }
    for endpoint in store.endpoints { claims[endpoint.address, default: []].insert(endpoint.pod) }
    for (pod, addresses) in kernel.addresses {
      for address in addresses { claims[address, default: []].insert(Self.pod(pod)) }
    }
    for route in kernel.routes {
      let owner = kernel.podOfLink[route.link].map(Self.pod) ?? route.link
      claims[route.destination, default: []].insert(owner)
    }
    for (address, owners) in claims {
      if owners.count > 1 { found.append("\(address) is that of \(owners.sorted())") }
      if store.holders[address] == nil {
        found.append("\(address) is that of \(owners.sorted()) and free")
      }
    }
    return found
  }
}
