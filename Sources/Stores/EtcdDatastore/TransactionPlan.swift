// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FoundationEssentials
import Resources
import SwiftProtobuf

/// One transaction of etcd that does what a list of writes does one after the other.
///
/// etcd takes a key only once, so that of several writes of an object only the last is sent.
struct TransactionPlan: Sendable {
  /// What must be there before.
  private enum Expectation {
    case absent
    case present
    case revision(Int64)
  }

  /// An object that is written.
  private struct Slot {
    /// What was there, if it was looked at.
    var before: StoredValue?
    var expectation: Expectation
    /// The place of what was there, or of what comes there.
    var path: String
    /// What comes there; nil is nothing.
    var after: (resource: any Resource, bytes: [UInt8])?
    /// Nothing was there and nothing will be.
    var isVoid: Bool {
      if case .absent = expectation { after == nil } else { false }
    }
  }

  /// What one write gives back.
  private enum Result {
    case written(any Resource)
    /// What stood at a place before the transaction.
    case deleted(ResourceKey, path: String, before: StoredValue?)
  }

  private var slots: [ResourceKey: Slot] = [:]
  private var order: [ResourceKey] = []
  private var outcomes: [Result] = []
  private(set) var transaction = Etcdserverpb_TxnRequest()

  /// - Parameter known: what is stored, of the writes that need to know it.
  ///
  /// Errors: what makes a write impossible, by what is known.
  init(
    _ writes: [PlannedWrite], _ known: [ResourceKey: StoredValue]
  ) throws(DatastoreError) {
    for write in writes { try add(write, known[write.key]) }
    for key in order {
      guard let slot = slots[key] else { continue }
      addComparisons(of: slot, key)
      if !slot.isVoid { transaction.success.append(Self.operation(slot)) }
    }
  }

  private mutating func add(
    _ write: PlannedWrite, _ known: StoredValue?
  ) throws(DatastoreError) {
    let key = write.key
    let slot = slots[key]
    if slot == nil { order.append(key) }
    switch write.operation {
    case .create(let resource):
      if slot?.after != nil { throw .alreadyExists(key) }
      let bytes = try StoredValue.bytes(of: resource, over: nil)
      let path = try KeyLayout.key(of: resource)
      if var slot {
        // Deleted by a write before this one: it takes the old one's place, whatever its name.
        slot.after = (resource, bytes)
        if case .absent = slot.expectation { slot.path = path }
        slots[key] = slot
      } else {
        slots[key] = Slot(expectation: .absent, path: path, after: (resource, bytes))
      }
      outcomes.append(.written(resource))
    case .update(let resource):
      if slot != nil { throw slot?.after == nil ? .doesNotExist(key) : .updateConflict(key) }
      guard let known else { throw .doesNotExist(key) }
      guard known.revision == write.base else { throw .updateConflict(key) }
      let complete = Self.completed(resource, known)
      slots[key] = Slot(
        before: known, expectation: .revision(known.revision), path: known.key,
        after: (complete, try StoredValue.bytes(of: complete, over: known)))
      outcomes.append(.written(complete))
    case .delete(_, _):
      if var slot {
        guard let after = slot.after else { throw .doesNotExist(key) }
        if write.base != nil { throw .updateConflict(key) }
        slot.after = nil
        slots[key] = slot
        outcomes.append(.written(after.resource))
      } else {
        let paths = KeyLayout.candidates(key)
        guard let path = known?.key ?? (paths.count == 1 ? paths.first : nil) else {
          throw .doesNotExist(key)
        }
        slots[key] = Slot(
          before: known, expectation: write.base.map { .revision($0) } ?? .present, path: path)
        outcomes.append(.deleted(key, path: path, before: known))
      }
    }
  }

  private static func completed(_ resource: any Resource, _ known: StoredValue) -> any Resource {
    if IPAMForm.isUsed(for: resource.key.kind) { return resource }
    return StoredObject.completed(resource, over: known.resource(resource.key.kind))
  }

  private mutating func addComparisons(of slot: Slot, _ key: ResourceKey) {
    switch slot.expectation {
    case .absent:
      // Under none of the names that it may have.
      for path in Set(KeyLayout.candidates(key) + [slot.path]).sorted()
      where Self.means(path, key) || path == slot.path {
        transaction.compare.append(
          .with {
            $0.key = Data(path.utf8)
            $0.target = .version
            $0.result = .equal
            $0.version = 0
          })
      }
    case .present:
      transaction.compare.append(
        .with {
          $0.key = Data(slot.path.utf8)
          $0.target = .version
          $0.result = .notEqual
          $0.version = 0
        })
    case .revision(let revision):
      transaction.compare.append(
        .with {
          $0.key = Data(slot.path.utf8)
          $0.target = .mod
          $0.result = .equal
          $0.modRevision = revision
        })
    }
  }

  /// Whether a place is another one of the same object, not only of one with the same name.
  private static func means(_ path: String, _ key: ResourceKey) -> Bool {
    key.kind != .blockAffinity
  }

  private static func operation(_ slot: Slot) -> Etcdserverpb_RequestOp {
    if let after = slot.after {
      let put = Etcdserverpb_PutRequest.with {
        $0.key = Data(slot.path.utf8)
        $0.value = Data(after.bytes)
      }
      return .with { $0.requestPut = put }
    }
    let delete = Etcdserverpb_DeleteRangeRequest.with {
      $0.key = Data(slot.path.utf8)
      $0.prevKv = true
    }
    return .with { $0.requestDeleteRange = delete }
  }

  // MARK: - Afterwards

  /// What the writes give back.
  ///
  /// - Parameters:
  ///   - revision: that of the transaction.
  ///   - deleted: what etcd says that it deleted, by place.
  func results(revision: Int64, deleted: [String: StoredValue]) -> [any Resource] {
    outcomes.map { outcome in
      switch outcome {
      case .written(var resource):
        resource.metadata.resourceVersion = String(revision)
        return resource
      case .deleted(let key, let path, let before):
        guard let value = deleted[path] ?? before,
          case .resource(let resource) = value.meaning(key.kind)
        else { return StoredObject.blank(key, revision: deleted[path]?.revision ?? 0) }
        return resource
      }
    }
  }

  /// What stands where after it.
  func written(revision: Int64) -> [(ResourceKey, StoredValue)] {
    slots.compactMap { key, slot in
      slot.after.map { (key, StoredValue(key: slot.path, revision: revision, bytes: $0.bytes)) }
    }
  }

  var removed: [ResourceKey] { slots.filter { $0.value.after == nil }.map(\.key) }

  /// A place and what comes there that nobody else would write there: it has a UID of ours.
  var mark: (key: String, bytes: [UInt8])? {
    for (key, slot) in slots where !IPAMForm.isUsed(for: key.kind) {
      if case .absent = slot.expectation, let after = slot.after { return (slot.path, after.bytes) }
    }
    return nil
  }

  /// What it writes, for messages.
  var subject: String {
    let first = order.first.map { "\($0)" } ?? "nothing"
    return order.count > 1 ? "\(first) and \(order.count - 1) more" : first
  }
}
