// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Resources
import SyncCoding
import SyncModel
import Testing

/// What `Knowledge` must hand on, worked out from everything that was told, kept in full.
struct KnowledgeModel {
  /// One sort of what is told: updates, or findings.
  struct Told<Key: Hashable & Sendable, Value: Hashable & Sendable>: Sendable {
    /// What somebody knows who takes everything that is to be handed on.
    var current: [Key: Value] = [:]
    /// What was told since the snapshot began.
    var incoming: [Key: Value] = [:]
    /// What has changed since the last time that something was handed on.
    var changed: Set<Key> = []

    mutating func put(_ key: Key, _ value: Value?) {
      guard current[key] != value else { return }
      current[key] = value
      changed.insert(key)
    }

    /// What was told is all that there is.
    mutating func replace() {
      for key in Set(current.keys).union(incoming.keys) { put(key, incoming[key]) }
      incoming = [:]
    }
  }

  private enum Phase { case apart, snapshot, differences }

  private(set) var updates = Told<SyncKey, SyncUpdate>()
  private(set) var findings = Told<ResourceKey, ObjectFindings>()
  private var phase = Phase.apart
  private(set) var isComplete = false
  private(set) var status = SyncStatus.waitForDatastore
  private var statusToCome = SyncStatus.inSync
  private var owesMark = false
  private var isPartial = false
  // What is known to the consumer.
  private var view: [SyncKey: SyncUpdate] = [:]
  private var said: [ResourceKey: ObjectFindings] = [:]
  private var seenStatus = SyncStatus.waitForDatastore

  mutating func beginSnapshot() {
    phase = .snapshot
    (updates.incoming, findings.incoming) = ([:], [:])
    status = .resyncInProgress
    statusToCome = .inSync
  }

  mutating func endSnapshot() {
    guard phase == .snapshot else { return }
    phase = .differences
    isComplete = true
    updates.replace()
    findings.replace()
    status = statusToCome
    isPartial = false
    owesMark = true
  }

  mutating func interrupt(isHopeless: Bool) {
    phase = .apart
    status = isHopeless || !isComplete ? .waitForDatastore : .resyncInProgress
  }

  mutating func take(_ frame: SyncFrame) {
    guard phase != .apart else { return }
    for update in frame.updates {
      guard let key = update.key else { continue }
      let value = update.isDeletion ? nil : update
      if phase == .snapshot { updates.incoming[key] = value }
      if phase == .differences || !isComplete { updates.put(key, value) }
    }
    for found in frame.findings {
      let value = found.isNothing ? nil : found
      if phase == .snapshot { findings.incoming[found.key] = value }
      if phase == .differences || !isComplete { findings.put(found.key, value) }
    }
    if phase == .differences { isPartial = frame.status == nil }
    guard let status = frame.status else { return }
    if phase == .snapshot { return statusToCome = status }
    if status == .inSync, frame.isStatusNew { owesMark = true }
    self.status = status
  }

  /// Holds what is handed on against what must be; nil where nothing is. The first that differs ends it.
  mutating func judge(_ batch: UpdateBatch?, _ place: Comment) throws {
    let isNew = status != seenStatus
    if isPartial {
      // What has changed together is handed on together; after a break there is the status alone.
      let isDue = isNew && phase != .differences
      try #require((batch != nil) == isDue, place)
      guard let batch else { return }
      try #require(batch.updates.isEmpty && batch.findings.isEmpty, place)
      try #require(batch.status == status && batch.isStatusNew, place)
      seenStatus = status
      return
    }
    guard let batch else {
      try #require(
        !isNew && !owesMark && updates.changed.isEmpty && findings.changed.isEmpty, place)
      return
    }
    var told = batch.updates
    if owesMark { try #require(told.popLast() == .inSync, "the mark comes last. \(place)") }
    try #require(
      isNew || owesMark || !told.isEmpty || !batch.findings.isEmpty, "something is said. \(place)")
    try #require(batch.status == status, place)
    try #require(batch.isStatusNew == isNew, place)
    // `SyncSource` promises the mark with every status that is in sync anew.
    try #require(!batch.isStatusNew || batch.status != .inSync || owesMark, place)
    for update in told {
      let key = try #require(update.key, "a mark that is not owed. \(place)")
      try #require(
        updates.changed.remove(key) != nil, "\(key) has not changed, or comes twice. \(place)")
      view[key] = update.isDeletion ? nil : update
    }
    for found in batch.findings {
      try #require(
        findings.changed.remove(found.key) != nil,
        "there is nothing new of \(found.key), or it comes twice. \(place)")
      said[found.key] = found.isNothing ? nil : found
    }
    try #require(updates.changed.isEmpty, "everything that changed comes. \(place)")
    try #require(findings.changed.isEmpty, "everything that changed comes. \(place)")
    try #require(view == updates.current, place)
    try #require(said == findings.current, place)
    (updates.changed, findings.changed) = ([], [])
    (owesMark, seenStatus) = (false, status)
  }
}
