// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import PolicyModel

@testable import Dataplane

/// A manager whose part of the kernel is a list of numbers, and that fails when it is told to.
class ScriptedManager: DataplaneManager {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Calls of `apply` of several managers, in their order.
  final class Journal {
    struct Entry: Hashable {
      var name: String
      var round: DataplaneRound
    }

    var entries: [Entry] = []

    func take() -> [Entry] {
      defer { entries = [] }
      return entries
    }
  }

  let name: String
  private let journal: Journal
  /// Why it fails from now on.
  var problem: String?
  /// Endpoints that lack something for as long as this says so.
  var lacking: [EndpointID: String] = [:]
  /// What a stranger has changed.
  var differences = 0
  /// What it was told, and what of it is in the kernel.
  private var told: [String] = []
  private(set) var kernel: [String] = []
  private(set) var interfaces: Set<String> = []

  init(_ name: String, _ journal: Journal) {
    self.name = name
    self.journal = journal
  }

  func take(_ news: DataplaneNews) {
    for case .profileRemoved(let number) in news.changes { told.append(number) }
    interfaces.formUnion(news.interfaces)
  }

  func apply(_ round: DataplaneRound) throws -> ManagerReport {
    journal.entries.append(Journal.Entry(name: name, round: round))
    if let problem { throw Failure(description: problem) }
    kernel += told
    told = []
    var report = ManagerReport(undone: lacking)
    if round.comparison != nil {
      report.repaired = differences
      differences = 0
    }
    return report
  }

  /// Whether it was told something that is not in the kernel.
  var hasChanges: Bool { !told.isEmpty }
}

final class ScriptedGuard: ScriptedManager, GuardingManager {
  /// `nil`: the kernel cannot be asked.
  var presence: Bool? = true

  func isThere() throws -> Bool {
    guard let presence else { throw Failure(description: "no answer") }
    return presence
  }
}
