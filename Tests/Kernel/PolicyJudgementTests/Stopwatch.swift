// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Adds up where the time goes.
final class Stopwatch {
  private var times: [String: Duration] = [:]

  func measure<R>(_ what: String, _ body: () throws -> R) rethrows -> R {
    let clock = ContinuousClock()
    let start = clock.now
    defer { times[what, default: .zero] += clock.now - start }
    return try body()
  }

  func add(_ what: String, _ time: Duration) { times[what, default: .zero] += time }

  /// `engine 1.2 s, oracle 0.3 s`
  var text: String {
    times.sorted { $0.key < $1.key }.map { name, time in
      let tenths = Int((time / .milliseconds(100)).rounded())
      return "\(name) \(tenths / 10).\(tenths % 10) s"
    }.joined(separator: ", ")
  }
}
