// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyModel

/// Runs managers one after the other, and keeps what each of them could not do.
///
/// The order is that of the list. What one cannot do stops no other, is tried again by every round
/// that follows, and is never forgotten: neither its changes, which it keeps itself, nor that it was
/// to compare, which is kept here until it has done so.
struct ManagerRounds {
  private let managers: [any DataplaneManager]
  /// By place in the list: why a manager's part as a whole is not as it should be.
  private var failures: [Int: String] = [:]
  private var undoneOf: [Int: [EndpointID: String]] = [:]
  private var owed: [Int: DataplaneRound.Comparison] = [:]
  /// Guards that were not there at the start: until the first whole state, what is there instead is
  /// ours to change.
  private var standIns: Set<Int> = []
  /// Of the newest batch that was taken up.
  private var generation = 0
  /// The newest generation that all guards have in the kernel, with all before it; never falls.
  private(set) var applied = 0

  /// What happened in one round, for the log and the metrics.
  struct Outcome {
    struct Failure {
      var name: String
      var error: any Error
      var isGuard: Bool
      /// The manager has failed for another reason before, or not at all.
      var isNew: Bool
    }

    struct Repair {
      var name: String
      var objects: Int
      var isGuard: Bool
    }

    var failures: [Failure] = []
    /// What somebody else had changed.
    var repairs: [Repair] = []
    /// Guards failed before this round, and none does now.
    var guardsRecovered = false
  }

  init(_ managers: [any DataplaneManager]) { self.managers = managers }

  /// Tells every manager what has changed.
  ///
  /// - Parameter generation: That of the newest batch of which changes are among the news.
  mutating func take(_ news: DataplaneNews, generation: Int) {
    self.generation = max(self.generation, generation)
    for manager in managers { manager.take(news) }
  }

  // MARK: - Comparing

  /// Has all managers compare what there is, in the next round.
  mutating func takeOver() { owe(.takeover) { _ in true } }

  /// Has the guards look for what somebody else has changed, in the next round.
  mutating func checkGuards() { owe(.repair) { $0 is any GuardingManager } }

  /// Has those that are no guards look for it.
  mutating func checkOthers() { owe(.repair) { !($0 is any GuardingManager) } }

  /// Has the guards of which the kernel has nothing put their part up again. One that cannot be asked
  /// says so in the next round that needs it.
  ///
  /// - Returns: Whether there are any.
  mutating func checkPresence() -> Bool {
    var areMissing = false
    for (place, keeper) in guards where (try? keeper.isThere()) == false {
      owe(.repair, place)
      areMissing = true
    }
    return areMissing
  }

  private mutating func owe(
    _ comparison: DataplaneRound.Comparison, where isMeant: (any DataplaneManager) -> Bool
  ) {
    for (place, manager) in managers.enumerated() where isMeant(manager) { owe(comparison, place) }
  }

  /// A takeover that is still to come finds whatever a repair would, and calls nothing of it a repair.
  private mutating func owe(_ comparison: DataplaneRound.Comparison, _ place: Int) {
    if owed[place] != .takeover { owed[place] = comparison }
  }

  private var guards: [(place: Int, keeper: any GuardingManager)] {
    managers.enumerated().compactMap { place, manager in
      (manager as? any GuardingManager).map { (place, $0) }
    }
  }

  // MARK: - Rounds

  /// Before the first whole state: has those guards put up what nothing passes, of which the kernel
  /// has nothing, and those again that did so before. What is there from before stays in force.
  mutating func putUpGuards() throws {
    for (place, keeper) in guards {
      if !standIns.contains(place), try keeper.isThere() { continue }
      standIns.insert(place)
      _ = try keeper.apply(DataplaneRound(comparison: .takeover))
    }
  }

  /// Before the first whole state: only what is owed by guards is done, and nothing is applied by it.
  mutating func runBeforeWhole() -> Outcome {
    run { [owed] place, manager in manager is any GuardingManager && owed[place] != nil }
  }

  /// Every manager makes its part true.
  mutating func run() -> Outcome {
    let outcome = run { _, _ in true }
    if guardFailure == nil { applied = generation }
    return outcome
  }

  private mutating func run(_ isMeant: (Int, any DataplaneManager) -> Bool) -> Outcome {
    var outcome = Outcome()
    let hadFailed = guardFailure != nil
    for (place, manager) in managers.enumerated() where isMeant(place, manager) {
      let isGuard = manager is any GuardingManager
      let comparison = owed[place]
      do {
        let report = try manager.apply(
          DataplaneRound(comparison: comparison, isGuarded: guardFailure(before: place) == nil))
        failures[place] = nil
        owed[place] = nil
        undoneOf[place] = report.undone
        if comparison == .repair, report.repaired > 0 {
          outcome.repairs.append(
            Outcome.Repair(name: manager.name, objects: report.repaired, isGuard: isGuard))
        }
      } catch {
        outcome.failures.append(
          Outcome.Failure(
            name: manager.name, error: error, isGuard: isGuard,
            isNew: failures[place] != "\(error)"))
        failures[place] = "\(error)"
      }
    }
    outcome.guardsRecovered = hadFailed && guardFailure == nil
    return outcome
  }

  // MARK: - What is not done

  /// Whether a guard has something to do.
  var hasGuardChanges: Bool { guards.contains { $0.keeper.hasChanges } }

  /// Why policy is not in force as it was last asked for.
  var guardFailure: String? { guardFailure(before: managers.count) }

  private func guardFailure(before end: Int) -> String? {
    guards.lazy.filter { $0.place < end }.compactMap { failures[$0.place] }.first
  }

  /// Endpoints that lack something, and why; the first manager's word counts.
  var undone: [EndpointID: String] {
    managers.indices.reduce(into: [:]) { all, place in
      all.merge(undoneOf[place] ?? [:]) { first, _ in first }
    }
  }

  /// Managers that are no guards and have failed as a whole, by name, and why.
  var unfinished: [String: String] {
    failures.reduce(into: [:]) { all, item in
      if !(managers[item.key] is any GuardingManager) { all[managers[item.key].name] = item.value }
    }
  }
}
