// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import Settings

/// What the server allows its agents, and itself (compatibility §5.3).
struct ServerLimits: Sendable, Hashable {
  /// How far behind an agent may be.
  var fallBehind: TimeAmount
  /// How much longer after its snapshot.
  var grace: TimeAmount
  var pingInterval: TimeAmount
  var pongTimeout: TimeAmount
  var handshake: TimeAmount
  /// How long nothing at all may leave for an agent that has something to take.
  var write: TimeAmount
  /// Updates in one message of a difference at most.
  var messageItems: Int
  /// So many bytes of differences after a snapshot nobody minds.
  var leastStale = 1 << 20

  /// A time of zero, but for the grace, would send everybody away: the default stands instead.
  init(_ settings: TyphaSettings) {
    let standard = TyphaSettings()
    func amount(_ path: KeyPath<TyphaSettings, Duration>) -> TimeAmount {
      TimeAmount(
        settings[keyPath: path] > .zero ? settings[keyPath: path] : standard[keyPath: path])
    }
    fallBehind = amount(\.serverMaxFallBehind)
    grace = TimeAmount(settings.serverNewClientFallBehindGracePeriod)
    pingInterval = amount(\.serverPingInterval)
    pongTimeout = amount(\.serverPongTimeout)
    handshake = amount(\.serverHandshakeTimeout)
    write = amount(\.serverWriteTimeout)
    messageItems = min(settings.serverMaxMessageSize, settings.snapshotCacheMaxBatchSize)
  }

  /// Differences that nobody may still want are not kept, and never more than this.
  static let logBytes = 256 << 20

  var log: DifferenceLog<Difference>.Bounds {
    // An agent may begin with one that is as old as it may be behind, then take as long for its
    // snapshot, with the grace, and has the grace once more after that.
    .init(age: Duration(fallBehind + grace) * 2 + .seconds(5), bytes: Self.logBytes)
  }

  /// How often an agent's times are looked at.
  var tick: TimeAmount {
    let shortest = min(pingInterval, pongTimeout, handshake, write, fallBehind)
    return max(.milliseconds(10), min(.seconds(1), shortest / 4))
  }
}

extension TimeAmount {
  static func / (amount: TimeAmount, divisor: Int64) -> TimeAmount {
    .nanoseconds(amount.nanoseconds / divisor)
  }
}
