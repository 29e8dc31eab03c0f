// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import HostSystem
import PolicyModel
import TestSupport
import Testing

@testable import Dataplane

@Suite("The rounds of managers")
struct ManagerRoundsTests {
  private typealias Entry = ScriptedManager.Journal.Entry

  private static func change(_ number: Int) -> DesiredChange { .profileRemoved("\(number)") }

  /// What rounds should do, worked out from what the managers were told to do.
  private struct Expectation {
    let managers: [ScriptedManager]
    var owed: [String: DataplaneRound.Comparison] = [:]
    var problems: [String: String] = [:]
    var undone: [String: [EndpointID: String]] = [:]
    var generation = 0
    var applied = 0

    mutating func owe(_ comparison: DataplaneRound.Comparison, _ isMeant: (ScriptedManager) -> Bool)
    {
      for manager in managers where isMeant(manager) && owed[manager.name] != .takeover {
        owed[manager.name] = comparison
      }
    }

    /// Runs the rounds once, and checks what came of it.
    mutating func run(
      _ rounds: inout ManagerRounds, _ journal: ScriptedManager.Journal, _ comment: Comment
    ) {
      let differences = managers.map(\.differences)
      let hadGuardProblem = guardProblem != nil
      let outcome = rounds.run()
      var entries: [Entry] = []
      var isGuarded = true
      var repairs: [String: Int] = [:]
      var failing: [String: Bool] = [:]
      for (manager, differences) in zip(managers, differences) {
        let comparison = owed[manager.name]
        entries.append(
          Entry(
            name: manager.name,
            round: DataplaneRound(comparison: comparison, isGuarded: isGuarded)))
        if let problem = manager.problem {
          failing[manager.name] = problems[manager.name] != problem
          if manager is ScriptedGuard { isGuarded = false }
        } else {
          if comparison == .repair, differences > 0 { repairs[manager.name] = differences }
          owed[manager.name] = nil
          undone[manager.name] = manager.lacking
        }
        problems[manager.name] = manager.problem
      }
      if isGuarded { applied = generation }
      #expect(journal.take() == entries, comment)
      #expect(
        Dictionary(uniqueKeysWithValues: outcome.repairs.map { ($0.name, $0.objects) }) == repairs,
        comment)
      #expect(
        Dictionary(uniqueKeysWithValues: outcome.failures.map { ($0.name, $0.isNew) }) == failing,
        comment)
      #expect(outcome.guardsRecovered == (hadGuardProblem && guardProblem == nil), comment)
      check(rounds, comment)
    }

    var guardProblem: String? {
      managers.first { $0 is ScriptedGuard && problems[$0.name] != nil }
        .flatMap { problems[$0.name] }
    }

    private func check(_ rounds: ManagerRounds, _ comment: Comment) {
      #expect(rounds.applied == applied, comment)
      #expect(rounds.guardFailure == guardProblem, comment)
      let unfinished = managers.filter { !($0 is ScriptedGuard) && problems[$0.name] != nil }
      #expect(Set(rounds.unfinished.keys) == Set(unfinished.map(\.name)), comment)
      var lacking: [EndpointID: String] = [:]
      for manager in managers.reversed() { lacking.merge(undone[manager.name] ?? [:]) { $1 } }
      #expect(rounds.undone == lacking, comment)
      for manager in managers {
        // Whoever does not fail has all that came, in its order, whatever the others do.
        let known = (0..<generation).map { "\($0 + 1)" }
        if manager.problem == nil {
          #expect(manager.kernel == known, comment)
        } else {
          #expect(Array(known.prefix(manager.kernel.count)) == manager.kernel, comment)
        }
      }
    }
  }

  @Test("one's failure stops no other, and what failed is done later, in its order")
  func failures() {
    var random = SplitMix64(for: "rounds of managers")
    let comment: Comment = "CALICO_TEST_SEED=\(random.seed)"
    for _ in 0..<200 {
      let journal = ScriptedManager.Journal()
      let managers = (0..<Int.random(in: 1...5, using: &random)).map { number in
        Bool.random(using: &random)
          ? ScriptedGuard("m\(number)", journal) : ScriptedManager("m\(number)", journal)
      }
      var rounds = ManagerRounds(managers)
      var expected = Expectation(managers: managers)
      for _ in 0..<30 {
        for manager in managers where Int.random(in: 0..<3, using: &random) == 0 {
          manager.problem = ["no memory", "no permission", nil, nil].randomElement(using: &random)
            .flatMap { $0 }
          manager.lacking = Bool.random(using: &random) ? ["ns/a": "\(manager.name) waits"] : [:]
          manager.differences = Int.random(in: 0...2, using: &random)
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
          rounds.takeOver()
          expected.owe(.takeover) { _ in true }
        case 1:
          rounds.checkGuards()
          expected.owe(.repair) { $0 is ScriptedGuard }
        case 2:
          rounds.checkOthers()
          expected.owe(.repair) { !($0 is ScriptedGuard) }
        case 3:
          var areMissing = false
          for case let keeper as ScriptedGuard in managers {
            keeper.presence = [true, true, false, nil].randomElement(using: &random).flatMap { $0 }
            if keeper.presence == false { areMissing = true }
          }
          let found = rounds.checkPresence()
          #expect(found == areMissing, comment)
          expected.owe(.repair) { ($0 as? ScriptedGuard)?.presence == false }
          for case let keeper as ScriptedGuard in managers { keeper.presence = true }
        default:
          let news = (0..<Int.random(in: 1...3, using: &random)).map { number in
            Self.change(expected.generation + number + 1)
          }
          expected.generation += news.count
          rounds.take(
            DataplaneNews(changes: news, interfaces: ["cali\(expected.generation)"]),
            generation: expected.generation)
        }
        expected.run(&rounds, journal, comment)
      }
      for manager in managers { (manager.problem, manager.lacking) = (nil, [:]) }
      expected.run(&rounds, journal, comment)
      #expect(rounds.undone.isEmpty && rounds.unfinished.isEmpty, comment)
      #expect(rounds.guardFailure == nil && rounds.applied == expected.generation, comment)
      #expect(Set(managers.map(\.interfaces)).count == 1, "all of them were told the same")
    }
  }

  @Test("an older batch never takes back what is applied")
  func generations() {
    var rounds = ManagerRounds([ScriptedGuard("guard", ScriptedManager.Journal())])
    for generation in [3, 1, 2] {
      rounds.take(DataplaneNews(), generation: generation)
      _ = rounds.run()
      #expect(rounds.applied == 3)
    }
  }

  @Test("before the first whole state only guards that are gone are put up")
  func beforeWhole() throws {
    let journal = ScriptedManager.Journal()
    let (old, new) = (ScriptedGuard("old", journal), ScriptedGuard("new", journal))
    let other = ScriptedManager("other", journal)
    var rounds = ManagerRounds([old, other, new])
    func names() -> [String] { journal.take().map(\.name) }
    rounds.take(DataplaneNews(changes: [Self.change(1)]), generation: 1)
    new.presence = nil
    #expect(throws: ScriptedManager.Failure.self) { try rounds.putUpGuards() }
    new.presence = false
    try rounds.putUpGuards()
    #expect(names() == ["new"])
    // With another configuration: the one from before stays as it is, and ours does not.
    new.presence = true
    try rounds.putUpGuards()
    #expect(names() == ["new"])
    _ = rounds.runBeforeWhole()
    rounds.checkOthers()
    _ = rounds.runBeforeWhole()
    #expect(names() == [])
    (old.presence, old.problem, old.differences) = (false, "no memory", 7)
    let wasMissing = rounds.checkPresence()
    #expect(wasMissing)
    for isNew in [true, false] {
      let outcome = rounds.runBeforeWhole()
      #expect(outcome.failures.map(\.isNew) == [isNew])
      #expect(rounds.guardFailure == "no memory")
      #expect(names() == ["old"])
    }
    old.problem = nil
    let repairs = rounds.runBeforeWhole().repairs
    #expect(repairs.map(\.objects) == [7])
    #expect(rounds.guardFailure == nil && rounds.applied == 0)
    #expect(names() == ["old"])
    _ = rounds.runBeforeWhole()
    #expect(names() == [])
    rounds.takeOver()
    let outcome = rounds.run()
    #expect(outcome.repairs.isEmpty)
    #expect(
      journal.take().map { $0.round.comparison } == [.takeover, .takeover, .takeover])
    #expect(rounds.applied == 1)
  }
}
