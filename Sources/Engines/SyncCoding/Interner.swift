// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The entries of one of a frame's tables while it is written: each once, by its bytes, numbered from
/// one in the order in which they came.
struct Interner: Sendable {
  private var bytes: [UInt8] = []
  /// Where each entry ends.
  private var ends: [Int] = []
  private var hashes: [Int] = []
  /// What each entry stands for, in bytes (`Expansion`).
  private var weights: [Int] = []
  /// Open addressing: the numbers of entries, zero for none. A power of two.
  private var slots = [Int32](repeating: 0, count: 64)

  /// How many bytes it takes in the frame, nearly.
  var size: Int { bytes.count + ends.count + 2 }

  func weight(of number: Int) -> Int { number == 0 ? 0 : weights[number - 1] }

  /// Numbers the entry that a closure appends.
  mutating func number(weight: Int, _ append: (inout [UInt8]) -> Void) -> Int {
    let start = bytes.count
    append(&bytes)
    let hash = bytes.withUnsafeBytes { all in
      var hasher = Hasher()
      hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: all[start...]))
      return hasher.finalize()
    }
    var slot = hash & (slots.count - 1)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if hashes[index] == hash, isEntry(index, from: start) {
        bytes.removeLast(bytes.count - start)
        return index + 1
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    ends.append(bytes.count)
    hashes.append(hash)
    weights.append(weight)
    slots[slot] = Int32(truncatingIfNeeded: ends.count)
    if ends.count * 2 > slots.count { grow() }
    return ends.count
  }

  private func isEntry(_ index: Int, from start: Int) -> Bool {
    let first = index == 0 ? 0 : ends[index - 1]
    let count = ends[index] - first
    guard bytes.count - start == count else { return false }
    return bytes.withUnsafeBytes { all in
      all[first..<first + count].elementsEqual(all[start..<start + count])
    }
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: slots.count * 2)
    for (index, hash) in hashes.enumerated() {
      var slot = hash & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(truncatingIfNeeded: index + 1)
    }
  }

  /// How many entries, how long each is, and their bytes.
  func write(to frame: inout [UInt8]) {
    frame.append(varint: ends.count)
    var start = 0
    for end in ends {
      frame.append(varint: end - start)
      start = end
    }
    frame.append(contentsOf: bytes)
  }
}

/// What decoding makes of a frame may be many times its size, since it refers to what repeats. It is
/// counted as if nothing were shared, as who takes it in may not share it.
enum Expansion {
  /// Of a text beside its bytes, and of each place in a list or in a set of labels.
  static let place = 32
}
