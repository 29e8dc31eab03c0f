// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PolicyModel

/// The table that is to be in the kernel, kept up to date change by change, and what of it has not
/// yet been programmed.
///
/// A value without I/O: `TableWriter` brings it into the kernel. Chains come and go with their use:
/// a chain exists while something leads to it, and is rendered from its recipe when it comes.
struct PolicyTable {
  /// What a chain is made from.
  enum Recipe: Hashable {
    case policy(PolicyID, Names.Direction)
    case profile(String, Names.Direction)
    case stack(Stack)
    case deny(String)
  }

  private(set) var configuration: DataplaneConfiguration
  private(set) var model = TableModel()

  private(set) var policies: [PolicyID: DesiredPolicy] = [:]
  private(set) var profiles: [String: DesiredProfile] = [:]
  /// Interfaces of endpoints that were announced since the last dispatch: their policies may be others
  /// though they claim what they claimed.
  private var announced: Set<String> = []
  private var pools: [CIDR: DesiredPool] = [:]
  private(set) var sets: [IPSetID: SetState] = [:]

  /// Of the chains that something leads to.
  private(set) var recipes: [String: Recipe] = [:]
  private var uses: [String: Int] = [:]
  private var poolsChanged = false

  /// What has changed since the kernel was last brought up to date.
  private(set) var pending = PendingChanges()

  init(_ configuration: DataplaneConfiguration) {
    self.configuration = configuration
    for set in BaseRenderer.sets { put(set) }
    for chain in BaseRenderer(configuration: configuration).chains() { put(chain) }
  }

  /// The bit of a packet's mark that a Pass sets: the second lowest that we may use.
  var passBit: UInt32 {
    let withoutLowest = configuration.markMask & (configuration.markMask &- 1)
    return withoutLowest & (~withoutLowest &+ 1)
  }

  mutating func apply(_ change: DesiredChange) {
    switch change {
    case .set(let id, let set):
      replaceSet(id, set)
    case .setMembers(let id, let added, let removed):
      // In its place: taken out to be changed it would be copied, with all its members for one.
      let before = sets[id]?.parts
      let changes = sets[id]?.change(added: added, removed: removed)
      take(changes, of: id, before)
    case .policy(let id, let policy):
      setPolicy(id, policy)
    case .policyRemoved(let id):
      setPolicy(id, nil)
    case .profile(let name, let profile):
      setProfile(name, profile)
    case .profileRemoved(let name):
      setProfile(name, nil)
    case .endpoint(_, let endpoint):
      announced.insert(endpoint.interfaceName)
    case .setRemoved(let id):
      guard let state = sets.removeValue(forKey: id) else { return }
      firstUsers[id] = nil
      for part in state.parts { removeSet(Names.set(id, part)) }
    case .pool(let cidr, let pool):
      pools[cidr] = pool
      poolsChanged = true
    case .endpointRemoved, .inSync:
      // Whose an interface is then, the claims say.
      break
    }
  }

  mutating func configure(_ configuration: DataplaneConfiguration) {
    guard configuration != self.configuration else { return }
    self.configuration = configuration
    for chain in BaseRenderer(configuration: configuration).chains() { put(chain) }
    for name in recipes.keys { build(name) }
  }

  /// Gives interfaces their place in the dispatch: those whose endpoint may be another, and those of
  /// endpoints that were announced.
  mutating func dispatch(_ interfaces: Set<String>, by claims: EndpointClaims) {
    for interface in interfaces.union(announced) { dispatch(interface, claims) }
    announced.removeAll()
  }

  /// Ends a round of changes: what follows from several of them is worked out once.
  mutating func finishRound() {
    guard poolsChanged else { return }
    poolsChanged = false
    for family in IPFamily.allCases {
      let all = pools.keys.filter { $0.family == family }
      let masqueraded = all.filter { pools[$0]?.masquerade == true }
      setElements(SetState.intervals(all), of: BaseRenderer.allPools(family))
      setElements(SetState.intervals(masqueraded), of: BaseRenderer.masqueradedPools(family))
    }
  }

  /// The kernel is as the model says.
  mutating func wasProgrammed() { pending = PendingChanges() }

  /// Works out anew what has to change from what the kernel really holds; returns how many objects
  /// differ.
  mutating func compare(with observed: TableModel) -> Int {
    pending = PendingChanges(from: observed, to: model)
    return pending.count
  }

  // MARK: - Inputs

  private mutating func replaceSet(_ id: IPSetID, _ set: DesiredSet) {
    // A new one is announced before its rules.
    let before = sets[id]?.parts
    if before == nil { sets[id] = SetState(id, set) }
    let changes = sets[id]?.replace(with: set.members)
    take(changes, of: id, before)
  }

  /// Notes the changed elements, and makes the kernel's sets that they need.
  ///
  /// - Parameter before: the parts that there were; nil if there was no such set.
  private mutating func take(
    _ changes: SetState.Changes?, of id: IPSetID, _ before: Set<SetPart>?
  ) {
    guard let changes, let state = sets[id] else { return }
    for part in state.parts {
      let name = Names.set(state.id, part)
      if model.sets[name] == nil {
        put(
          SetModel(
            definition: state.definition(part, servedRule: user(of: state.id) ?? "a rule")))
      }
      guard let change = changes[part] else { continue }
      for element in change.removed { note(element, isAddition: false, in: name) }
      for element in change.added { note(element, isAddition: true, in: name) }
    }
    if let before, state.parts != before { renderUsers(of: id) }
  }

  private mutating func setPolicy(_ id: PolicyID, _ policy: DesiredPolicy?) {
    let couldPass = Names.Direction.allCases.map { canPass(id, $0) }
    policies[id] = policy
    if let policy { nameSets(of: .policy(id, tier: policy.tier), policy.rules(_:)) }
    for direction in Names.Direction.allCases { build(Names.policy(id, direction)) }
    guard couldPass != Names.Direction.allCases.map({ canPass(id, $0) }) else { return }
    for case (let name, .stack(let stack)) in recipes
    where stack.tiers.contains(where: { $0.policies.contains(id) }) {
      build(name)
    }
  }

  private mutating func setProfile(_ name: String, _ profile: DesiredProfile?) {
    profiles[name] = profile
    if let profile { nameSets(of: .profile(name), profile.rules(_:)) }
    for direction in Names.Direction.allCases { build(Names.profile(name, direction)) }
  }

  // MARK: - Dispatch

  private mutating func dispatch(_ interface: String, _ claims: EndpointClaims) {
    guard let owner = claims.owner(of: interface), let endpoint = claims.endpoints[owner] else {
      return unpoint(interface)
    }
    for direction in Names.Direction.allCases {
      let stack = Stack(endpoint, direction)
      recipes[stack.chainName] = .stack(stack)
      point(interface, at: stack)
    }
  }

  private static func map(_ direction: Names.Direction) -> String {
    direction == .ingress ? BaseRenderer.toWorkload : BaseRenderer.fromWorkload
  }

  private mutating func point(_ interface: String, at stack: Stack) {
    let map = Self.map(stack.direction)
    let key = NFTField.interfaceName(interface).bytes
    let element = NFTElement(key, data: .verdict(.goto(stack.chainName)))
    let old = target(of: key, in: map)
    guard old != element else { return }
    retain(stack.chainName)
    if let old { dropDispatch(old, in: map) }
    note(element, isAddition: true, in: map)
    dispatch[map, default: [:]][key] = element
  }

  private mutating func unpoint(_ interface: String) {
    let key = NFTField.interfaceName(interface).bytes
    for direction in Names.Direction.allCases {
      let map = Self.map(direction)
      guard let old = target(of: key, in: map) else { continue }
      dropDispatch(old, in: map)
      dispatch[map]?[key] = nil
    }
  }

  private mutating func dropDispatch(_ element: NFTElement, in map: String) {
    note(element, isAddition: false, in: map)
    if case .verdict(.goto(let chain)) = element.data { release(chain) }
  }

  private func target(of key: [UInt8], in map: String) -> NFTElement? { dispatch[map]?[key] }

  private var dispatch: [String: [[UInt8]: NFTElement]] = [:]

  // MARK: - Chains

  private mutating func retain(_ name: String) {
    uses[name, default: 0] += 1
    if uses[name] == 1 { build(name) }
  }

  private mutating func release(_ name: String) {
    guard let count = uses[name] else { return }
    if count > 1 {
      uses[name] = count - 1
      return
    }
    uses[name] = nil
    recipes[name] = nil
    guard let chain = model.chains.removeValue(forKey: name) else { return }
    pending.removeChain(name)
    for target in Self.targets(of: chain) { release(target) }
  }

  /// Renders a chain that is in use; what it leads to comes and goes with it.
  private mutating func build(_ name: String) {
    guard uses[name] != nil, let recipe = recipes[name] else { return }
    let (chain, mayLeadTo) = render(recipe, name)
    let old = model.chains[name]
    guard chain != old else { return }
    let targets = Self.targets(of: chain)
    let used = Set(targets)
    for recipe in mayLeadTo {
      let target = Self.name(of: recipe)
      // Whatever has no use has nobody who would take its recipe away.
      if used.contains(target) { recipes[target] = recipe }
    }
    for target in targets { retain(target) }
    put(chain)
    if let old {
      for target in Self.targets(of: old) { release(target) }
    }
  }

  // MARK: - Sets and their users

  private var firstUsers: [IPSetID: String] = [:]

  /// Remembers, for the comments of sets, the first rule that uses each.
  private mutating func nameSets(
    of owner: RuleID.Owner, _ rules: (PolicyDirection) -> [DesiredRule]
  ) {
    for direction in PolicyDirection.allCases {
      for rule in rules(direction) {
        for id in rule.setIDs where firstUsers[id] == nil {
          let text = "\(RuleID(owner, direction, index: rule.index))"
          firstUsers[id] = text
          rename(id, servedRule: text)
        }
      }
    }
  }

  private func user(of id: IPSetID) -> String? { firstUsers[id] }

  /// A set is announced before its rule: the comment of one that is not yet in the kernel follows.
  private mutating func rename(_ id: IPSetID, servedRule: String) {
    guard let state = sets[id] else { return }
    for part in state.parts {
      let name = Names.set(id, part)
      guard pending.newSets.contains(name) else { continue }
      model.sets[name]?.definition = state.definition(part, servedRule: servedRule)
    }
  }

  private mutating func renderUsers(of id: IPSetID) {
    for (policy, value) in policies
    where value.rules.contains(where: { $0.setIDs.contains(id) }) {
      for direction in Names.Direction.allCases { build(Names.policy(policy, direction)) }
    }
    for (profile, value) in profiles
    where value.rules.contains(where: { $0.setIDs.contains(id) }) {
      for direction in Names.Direction.allCases { build(Names.profile(profile, direction)) }
    }
  }

  // MARK: - The model

  private mutating func put(_ chain: ChainModel) {
    let name = chain.definition.name
    let old = model.chains.updateValue(chain, forKey: name)
    if old == nil {
      pending.addChain(name)
    } else if old?.rules != chain.rules {
      pending.changeChain(name)
    }
  }

  private mutating func put(_ set: SetModel) {
    let name = set.definition.name
    model.sets[name] = set
    pending.addSet(name)
  }

  private mutating func removeSet(_ name: String) {
    guard model.sets.removeValue(forKey: name) != nil else { return }
    pending.removeSet(name)
  }

  private mutating func note(_ element: NFTElement, isAddition: Bool, in name: String) {
    if isAddition {
      model.sets[name]?.elements.insert(element)
    } else {
      model.sets[name]?.elements.remove(element)
    }
    pending.note(element, isAddition: isAddition, in: name)
  }

  private mutating func setElements(_ elements: Set<NFTElement>, of name: String) {
    let old = model.sets[name]?.elements ?? []
    for element in old.subtracting(elements) { note(element, isAddition: false, in: name) }
    for element in elements.subtracting(old) { note(element, isAddition: true, in: name) }
  }
}
