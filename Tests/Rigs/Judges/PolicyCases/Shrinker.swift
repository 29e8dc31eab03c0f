// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyOracle
import Resources

/// Makes a world in which something goes wrong as small as it can be while it still goes wrong.
public enum Shrinker {
  /// Takes things out of a world one at a time, for as long as the disagreement stays: whole
  /// resources, rules, what rules ask, ports, nets and labels. The world stays valid.
  ///
  /// - Parameters:
  ///   - limit: how many worlds are tried at most.
  ///   - disagrees: whether the fault shows in a world. It is not asked about the first.
  public static func minimise(
    _ world: World, limit: Int = 2000, while disagrees: (World) -> Bool
  ) -> World {
    var smallest = world
    var tries = 0
    var isSmaller = true
    while isSmaller {
      isSmaller = false
      for step in steps {
        var index = 0
        while index < step.count(smallest) {
          guard tries < limit else { return smallest }
          var candidate = smallest
          step.remove(&candidate, index)
          index += 1
          guard candidate != smallest, candidate.isValid else { continue }
          tries += 1
          guard disagrees(candidate) else { continue }
          smallest = candidate
          isSmaller = true
          // What followed has moved up.
          index -= 1
        }
      }
    }
    return smallest
  }

  /// A kind of thing to take out: how many there are, and how to take out one.
  private struct Step: Sendable {
    var count: @Sendable (World) -> Int
    var remove: @Sendable (inout World, Int) -> Void
  }

  private static func list<T>(
    _ get: @escaping @Sendable (World) -> [T], _ set: @escaping @Sendable (inout World, [T]) -> Void
  ) -> Step {
    Step {
      get($0).count
    } remove: { world, index in
      var items = get(world)
      items.remove(at: index)
      set(&world, items)
    }
  }

  /// For lists inside of resources: `places` lists them all, one after the other.
  private static func inner<T>(
    _ get: @escaping @Sendable (World) -> [[T]],
    _ set: @escaping @Sendable (inout World, [[T]]) -> Void
  ) -> Step {
    Step {
      get($0).reduce(0) { $0 + $1.count }
    } remove: { world, index in
      var lists = get(world)
      var rest = index
      for place in lists.indices {
        if rest < lists[place].count {
          lists[place].remove(at: rest)
          break
        }
        rest -= lists[place].count
      }
      set(&world, lists)
    }
  }

  private static let steps: [Step] =
    [
      list({ $0.policies }, { $0.policies = $1 }),
      list({ $0.globalPolicies }, { $0.globalPolicies = $1 }),
      list({ $0.endpoints }, { $0.endpoints = $1 }),
      list({ $0.networkSets }, { $0.networkSets = $1 }),
      list({ $0.globalNetworkSets }, { $0.globalNetworkSets = $1 }),
      list({ $0.hostEndpoints }, { $0.hostEndpoints = $1 }),
      list({ $0.profiles }, { $0.profiles = $1 }),
      list({ $0.tiers }, { $0.tiers = $1 }),
      inner(
        { $0.rules }, { $0.rules = $1 }),
      inner(
        { $0.networkSets.map(\.spec.nets) },
        { for (index, nets) in $1.enumerated() { $0.networkSets[index].spec.nets = nets } }),
      inner(
        { $0.globalNetworkSets.map(\.spec.nets) },
        { for (index, nets) in $1.enumerated() { $0.globalNetworkSets[index].spec.nets = nets } }),
      inner(
        { $0.endpoints.map(\.spec.ports) },
        { for (index, ports) in $1.enumerated() { $0.endpoints[index].spec.ports = ports } }),
      inner(
        { $0.endpoints.map(\.spec.ipNetworks) },
        { for (index, nets) in $1.enumerated() { $0.endpoints[index].spec.ipNetworks = nets } }),
      inner(
        { $0.endpoints.map(\.spec.profiles) },
        { for (index, names) in $1.enumerated() { $0.endpoints[index].spec.profiles = names } }),
    ] + RuleFeature.all.map(feature) + policyFields

  /// Takes a feature out of one rule after the other.
  private static func feature(_ feature: RuleFeature) -> Step {
    Step {
      $0.rules.reduce(0) { $0 + $1.count }
    } remove: { world, index in
      var lists = world.rules
      var rest = index
      for place in lists.indices {
        if rest < lists[place].count {
          feature.remove(&lists[place][rest])
          break
        }
        rest -= lists[place].count
      }
      world.rules = lists
    }
  }

  private static let policyFields: [Step] = [
    Step {
      $0.policies.count
    } remove: {
      $0.policies[$1].spec.selector = ""
    },
    Step {
      $0.policies.count
    } remove: {
      $0.policies[$1].spec.serviceAccountSelector = ""
    },
    Step {
      $0.policies.count
    } remove: {
      $0.policies[$1].spec.order = nil
    },
    Step {
      $0.globalPolicies.count
    } remove: {
      $0.globalPolicies[$1].spec.selector = ""
    },
    Step {
      $0.globalPolicies.count
    } remove: {
      $0.globalPolicies[$1].spec.namespaceSelector = ""
    },
    Step {
      $0.globalPolicies.count
    } remove: {
      $0.globalPolicies[$1].spec.serviceAccountSelector = ""
    },
    Step {
      $0.globalPolicies.count
    } remove: {
      $0.globalPolicies[$1].spec.order = nil
    },
  ]
}

extension World {
  /// The rules of all policies and profiles, list by list.
  fileprivate var rules: [[Rule]] {
    get {
      policies.flatMap { [$0.spec.ingress, $0.spec.egress] }
        + globalPolicies.flatMap { [$0.spec.ingress, $0.spec.egress] }
        + profiles.flatMap { [$0.spec.ingress, $0.spec.egress] }
    }
    set {
      var lists = newValue[...]
      func next() -> [Rule] { lists.popFirst() ?? [] }
      for index in policies.indices {
        policies[index].spec.ingress = next()
        policies[index].spec.egress = next()
      }
      for index in globalPolicies.indices {
        globalPolicies[index].spec.ingress = next()
        globalPolicies[index].spec.egress = next()
      }
      for index in profiles.indices {
        profiles[index].spec.ingress = next()
        profiles[index].spec.egress = next()
      }
    }
  }
}
