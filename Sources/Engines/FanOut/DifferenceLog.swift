// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DequeModule

/// What was sent out lately, one difference after the other, for those who are not there yet.
///
/// It is bounded by age and by bytes: who has not taken what falls out of it has to begin anew.
public struct DifferenceLog<Payload: Sendable>: Sendable {
  public struct Entry: Sendable {
    /// Each is one more than that of the entry before.
    public var sequence: Int
    /// When it was put in, on the clock of whoever does.
    public var time: Duration
    public var bytes: Int
    public var payload: Payload
  }

  public struct Bounds: Sendable, Hashable {
    public var age: Duration
    public var bytes: Int

    public init(age: Duration, bytes: Int) {
      self.age = age
      self.bytes = bytes
    }
  }

  public let bounds: Bounds
  private var entries: Deque<Entry> = []
  /// The sequence of the newest difference there ever was.
  public private(set) var last: Int
  /// What the entries take.
  public private(set) var bytes = 0

  /// - Parameter last: the sequence before the first entry to come.
  public init(bounds: Bounds, last: Int = 0) {
    self.bounds = bounds
    self.last = last
  }

  public var count: Int { entries.count }

  /// How far somebody must have got at least to go on from here.
  public var reach: Int { last - entries.count }

  /// Puts in the next one.
  public mutating func append(_ payload: Payload, bytes: Int, at time: Duration) {
    last += 1
    self.bytes += bytes
    entries.append(Entry(sequence: last, time: time, bytes: bytes, payload: payload))
    trim(at: time)
  }

  /// The one after a sequence; nil when there is none, because it has not come yet or has fallen out.
  public func next(after sequence: Int) -> Entry? {
    guard sequence >= reach, sequence < last else { return nil }
    return entries[sequence - reach]
  }

  /// Lets fall out what is too old, and the oldest while there is too much; the newest stays.
  public mutating func trim(at time: Duration) {
    while entries.count > 1, let oldest = entries.first,
      oldest.time + bounds.age < time || bytes > bounds.bytes
    {
      bytes -= oldest.bytes
      entries.removeFirst()
    }
  }
}
