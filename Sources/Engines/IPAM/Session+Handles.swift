// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources

// DESIGN: a handle's record counts how many addresses the handle holds in each block. It must never
// count too few: who releases by handle would not find the rest. Where writes are staged, handle
// and block change in one commit and the count is exact. Where they are not, a stop may leave a
// count too high, and these rules keep it from ever being too low:
//
//   assign:  read the block, raise the count, write the block as it was read
//   lower:   read the count, write the block, lower the count as it was read
//
// Either write fails if the record changed since it was read. Say the count is lowered although
// somebody has raised it for a block write that is yet to come. Then it was raised before it was
// read, so their block was read before ours was written, and their write fails. Where there is no
// block to write, that must be seen after the count was read: who raised it then has none either.

extension Session {
  /// The handle's record, if there is one.
  mutating func findHandle(_ id: String) async throws(IPAMError) -> IPAMHandle? {
    guard let handle = try await find(IPAMHandle.self, Names.handle(id)) else { return nil }
    guard handle.spec.handleID == id else { throw .invalidHandle(id) }
    return handle
  }

  /// Counts `count` addresses more in a block that will hold `total` under this handle, and
  /// returns the record as written.
  mutating func raise(
    handle id: String, in block: CIDR, by count: Int, total: Int
  ) async throws(IPAMError) -> IPAMHandle {
    for attempt in 0..<Self.retries {
      try await pause(before: attempt)
      let handle = try await findHandle(id)
      let new = isStaged ? total : (handle?.count(in: block) ?? 0) + count
      if let written = try await write(handle, id: id, count: new, in: block) { return written }
    }
    throw .tooManyConflicts(Self.retries)
  }

  /// Takes back what `raise` counted. False if somebody else has changed the record since: then it
  /// may count too many, and `settle` puts it right.
  mutating func takeBack(
    _ raised: IPAMHandle, in block: CIDR, count: Int
  ) async throws(IPAMError) -> Bool {
    try await set(raised, count: raised.count(in: block) - count, in: block)
  }

  /// Writes what the handle holds in a block, on top of the record as it was read; a record that
  /// counts nothing is deleted. False if somebody else has changed it since.
  mutating func set(
    _ handle: IPAMHandle, count: Int, in block: CIDR
  ) async throws(IPAMError) -> Bool {
    var changed = handle
    changed.setCount(count, in: block)
    if changed.spec.block.isEmpty { return try await delete(handle) }
    return try await update(changed) != nil
  }

  private mutating func write(
    _ handle: IPAMHandle?, id: String, count: Int, in block: CIDR
  ) async throws(IPAMError) -> IPAMHandle? {
    if var handle {
      handle.setCount(count, in: block)
      return try await update(handle)
    }
    var handle = IPAMHandle(name: Names.handle(id))
    handle.spec.handleID = id
    handle.setCount(count, in: block)
    do throws(IPAMError) {
      return try await create(handle)
    } catch {
      // Not every store has names that differ in letter case only.
      if case .datastore(.validation) = error { throw .invalidHandle(id) }
      throw error
    }
  }

  /// Brings the count of a handle in a block to what the block says.
  mutating func settle(handle id: String, in cidr: CIDR) async throws(IPAMError) {
    for attempt in 0..<Self.retries {
      try await pause(before: attempt)
      // The block first: a count that was read before it may already be higher than it says.
      let block = try await findBlock(cidr)
      guard let handle = try await findHandle(id) else { return }
      let actual = block?.allocated(handle: id).count ?? 0
      if handle.count(in: cidr) == actual { return }
      if let block {
        guard try await write(block) != nil else { continue }
      } else if try await findBlock(cidr) != nil {
        // It has been made since: who counts on it may be about to write it.
        continue
      }
      if try await set(handle, count: actual, in: cidr) { return }
    }
    throw .tooManyConflicts(Self.retries)
  }
}

extension IPAMHandle {
  func count(in block: CIDR) -> Int { spec.block[block.description] ?? 0 }

  mutating func setCount(_ count: Int, in block: CIDR) {
    spec.block[block.description] = count > 0 ? count : nil
  }
}
