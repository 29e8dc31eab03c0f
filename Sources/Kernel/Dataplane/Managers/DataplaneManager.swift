// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import PolicyModel

/// Keeps one part of the kernel as it is to be: the policy table, interfaces with their routes,
/// connections. `DESIGN.md` says what all of them may rely on, and how to add one.
///
/// What several go by is in the `DataplaneContext`; none knows another. Order and retry are
/// `ManagerRounds`'. All calls are on the dataplane's thread, and may block on the kernel.
protocol DataplaneManager: AnyObject {
  /// What it keeps, in words for the log: "the table inet calico".
  var name: String { get }

  /// Takes up what has changed. Nothing is asked of the kernel here, and nothing is lost: what is not
  /// made true by this round stays to be done.
  func take(_ news: DataplaneNews)

  /// Makes true what is to be done; also that which an earlier call could not do.
  ///
  /// Errors: Its part as a whole is not as it should be. That is tried again by the next round.
  func apply(_ round: DataplaneRound) throws -> ManagerReport
}

/// A manager without whose part packets pass that nobody has allowed. Endpoints are in force only
/// while all of these are, and what they keep is looked after from the start on.
protocol GuardingManager: DataplaneManager {
  /// Whether there is anything in the kernel that guards, whatever is in it. One cheap question.
  func isThere() throws -> Bool

  /// Whether the kernel lacks something that was taken up.
  var hasChanges: Bool { get }
}

/// What has changed since managers were last told.
struct DataplaneNews {
  /// In the order in which they came.
  var changes: [DesiredChange] = []
  /// Interfaces that are to be made true anew: their owner, addresses or state may be others. The
  /// context has been brought up to date for them. Empty until the first whole state is known.
  var interfaces: Set<String> = []
}

/// One time that managers make their parts true.
struct DataplaneRound: Hashable {
  /// Why a part is compared with all that the kernel has, instead of with what was last put there.
  enum Comparison: Hashable {
    /// It is the first time: what differs is left from before.
    case takeover
    /// Somebody else may have changed it.
    case repair
  }

  /// `nil`: only what is to be done.
  var comparison: Comparison?
  /// No guard before this one in the list has failed.
  var isGuarded = true
}

/// What came of a manager's part.
struct ManagerReport: Hashable {
  /// How many objects were not as they had been left; only where the round compares.
  var repaired = 0
  /// Endpoints that lack something, and why. It is tried again when the dataplane is told to retry:
  /// then their interfaces are among the news.
  var undone: [EndpointID: String] = [:]
}
