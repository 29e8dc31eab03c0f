// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
public import SyncCoding
public import SyncModel

/// What somebody who is told by others knows, so that being told everything again is work only where
/// something is different.
///
/// The first time that everything is told, it is handed on as it comes: nothing is put into force
/// before all of it is there. Every later time nothing is handed on until all of it is there; then
/// what is new or different is, and what is gone is taken back, in one batch. If it does not come to
/// that, everything stays as it was.
///
/// Of each update only its key and a hash are kept. The hash has a secret of the process in it: two
/// values of one object that look the same to it come once in 2⁶⁴ changes, and by nobody's will.
public struct Knowledge: Sendable {
  private struct Entry: Sendable {
    var hash: Int
    /// When it was last told as part of everything.
    var round: UInt32
  }

  private enum Phase: Sendable {
    /// Nothing is told.
    case apart
    case snapshot
    case differences
  }

  private var updates: [SyncKey: Entry] = [:]
  private var findings: [ResourceKey: Entry] = [:]
  private var round: UInt32 = 0
  private var phase = Phase.apart
  /// Everything has been told once, and handed on.
  private var isComplete = false
  /// What differs in what is being told again.
  private var held = PendingUpdates()
  /// What is to be handed on.
  private var pending = PendingUpdates()
  private var status = SyncStatus.waitForDatastore
  /// What was said last within a snapshot; it counts from its end on.
  private var statusToCome = SyncStatus.inSync
  private var deliveredStatus = SyncStatus.waitForDatastore
  private var owesMark = false
  /// Of what has changed only a part was told. What has changed together is put into force together:
  /// a policy that goes, and the one that comes in its place.
  private var isPartial = false

  public init() {}

  /// How many updates it takes to tell everything that is known.
  public var count: Int { updates.count }

  /// Everything is told from here on.
  public mutating func beginSnapshot() {
    round &+= 1
    held = PendingUpdates()
    phase = .snapshot
    status = .resyncInProgress
    statusToCome = .inSync
  }

  /// Everything has been told; what comes now is what changes.
  public mutating func endSnapshot() {
    guard phase == .snapshot else { return }
    phase = .differences
    for update in held.takeUpdates() { take(update) }
    for found in held.takeFindings() { take(found) }
    // Found first: what is gone through while it changes is copied.
    let gone = updates.compactMap { $0.value.round == round ? nil : $0.key }
    for key in gone { set(key.deletion, key, nil) }
    let unsaid = findings.compactMap { $0.value.round == round ? nil : $0.key }
    for key in unsaid { set(ObjectFindings(key: key, asks: Asks(key)), nil) }
    isComplete = true
    isPartial = false
    status = statusToCome
    owesMark = true
  }

  /// Whoever told is gone.
  ///
  /// - Parameter isHopeless: whether nobody else can be found who would.
  public mutating func interrupt(isHopeless: Bool) {
    held = PendingUpdates()
    phase = .apart
    status = isHopeless || !isComplete ? .waitForDatastore : .resyncInProgress
  }

  /// Takes what a frame says. Before a snapshot begins there is nothing that it could be a part of,
  /// or a difference from.
  public mutating func take(_ frame: SyncFrame) {
    guard phase != .apart else { return }
    for update in frame.updates { take(update) }
    for found in frame.findings { take(found) }
    // It stands in the last frame of what has changed together.
    if phase == .differences { isPartial = frame.status == nil }
    guard let new = frame.status else { return }
    if phase == .snapshot { return statusToCome = new }
    if new == .inSync, frame.isStatusNew || status != .inSync { owesMark = true }
    status = new
  }

  /// Whether what is told is only put into force when all of it is there.
  private var isHolding: Bool { phase == .snapshot && isComplete }

  private mutating func take(_ update: SyncUpdate) {
    guard let key = update.key else { return }
    let hash = update.isDeletion ? nil : update.hashValue
    if phase == .snapshot, hash != nil { updates[key]?.round = round }
    let isKnown = updates[key]?.hash == hash
    if !isHolding {
      if !isKnown { set(update, key, hash) }
    } else if !isKnown || held.contains(key) {
      // Of what is told twice the last counts, also where that is what is known.
      held.add(update, key)
    }
  }

  /// - Parameter hash: nil for a deletion.
  private mutating func set(_ update: SyncUpdate, _ key: SyncKey, _ hash: Int?) {
    updates[key] = hash.map { Entry(hash: $0, round: round) }
    pending.add(update, key)
  }

  private mutating func take(_ found: ObjectFindings) {
    let hash = found.problems.isEmpty && found.asks.isEmpty ? nil : found.hashValue
    if phase == .snapshot, hash != nil { findings[found.key]?.round = round }
    let isKnown = findings[found.key]?.hash == hash
    if !isHolding {
      if !isKnown { set(found, hash) }
    } else if !isKnown || held.contains(found.key) {
      held.add(found)
    }
  }

  /// - Parameter hash: nil where there is nothing to say.
  private mutating func set(_ found: ObjectFindings, _ hash: Int?) {
    findings[found.key] = hash.map { Entry(hash: $0, round: round) }
    pending.add(found)
  }

  /// What is to be handed on now; nil when that is nothing.
  public mutating func drain() -> UpdateBatch? {
    // The rest is about to come; after a break it comes with everything.
    if isPartial, phase == .differences { return nil }
    let isNew = status != deliveredStatus
    guard isNew || !isPartial && (owesMark || !pending.isEmpty) else { return nil }
    var batch = UpdateBatch(status: status, isStatusNew: isNew)
    deliveredStatus = status
    if isPartial { return batch }
    batch.updates = pending.takeUpdates()
    batch.findings = pending.takeFindings()
    if owesMark { batch.updates.append(.inSync) }
    owesMark = false
    return batch
  }
}

/// Updates in the order in which each object first changed, of each object only the last.
private struct PendingUpdates: Sendable {
  private var updates: [SyncUpdate] = []
  private var findings: [ObjectFindings] = []
  private var places: [SyncKey: Int] = [:]
  private var placesOfFindings: [ResourceKey: Int] = [:]

  var isEmpty: Bool { updates.isEmpty && findings.isEmpty }

  func contains(_ key: SyncKey) -> Bool { places[key] != nil }

  func contains(_ key: ResourceKey) -> Bool { placesOfFindings[key] != nil }

  mutating func add(_ update: SyncUpdate, _ key: SyncKey) {
    if let place = places[key] { return updates[place] = update }
    places[key] = updates.count
    updates.append(update)
  }

  mutating func add(_ found: ObjectFindings) {
    if let place = placesOfFindings[found.key] { return findings[place] = found }
    placesOfFindings[found.key] = findings.count
    findings.append(found)
  }

  /// Nobody else has them afterwards, so that adding to them copies nothing.
  mutating func takeUpdates() -> [SyncUpdate] {
    defer { (updates, places) = ([], [:]) }
    return updates
  }

  mutating func takeFindings() -> [ObjectFindings] {
    defer { (findings, placesOfFindings) = ([], [:]) }
    return findings
  }
}
