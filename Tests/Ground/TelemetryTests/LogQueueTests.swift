// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import Logging
import Testing

@testable import Telemetry

@Suite("What waits for a log's place", .timeLimit(.minutes(1)))
struct LogQueueTests {
  private func line(_ message: String) -> LogLine {
    LogLine(level: .info, component: "", message: message)
  }

  /// A queue for so many lines of one letter.
  private func queue(_ lines: Int) -> LogQueue {
    let queue = LogQueue(
      limit: lines * (line("x").text.utf8.count + MemoryLayout<LogLine>.size))
    _ = queue.open()
    return queue
  }

  private func texts(_ batch: LogQueue.Batch?) -> [String]? {
    batch?.lines.map { String($0.text.dropFirst("[INFO] ".count)) }
  }

  @Test("is bounded; what is left out is told where it is missing, whatever would still fit")
  func bounded() {
    let queue = queue(2)
    #expect(queue.add(line("a"), mayDrop: true) && queue.add(line("b"), mayDrop: true))
    #expect(!queue.add(line("c"), mayDrop: true) && !queue.add(line(""), mayDrop: true))
    let first = queue.next()
    #expect(texts(first) == ["a", "b"] && first?.missing == 2)
    // A line that is too large waits alone, and nothing small gets past one that is missing.
    let large = String(repeating: "l", count: 1000)
    #expect(queue.add(line(large), mayDrop: true) && !queue.add(line("d"), mayDrop: true))
    let second = queue.next()
    #expect(texts(second) == [large] && second?.missing == 1)
    #expect(queue.add(line("e"), mayDrop: true) && !queue.add(line(large), mayDrop: true))
    #expect(!queue.add(line("f"), mayDrop: true))
    let third = queue.next()
    #expect(texts(third) == ["e"] && third?.missing == 2)
    queue.close()
    #expect(queue.next() == nil)
    #expect(!queue.add(line("g"), mayDrop: true) && !queue.add(line("h"), mayDrop: false))
  }

  @Test("where nothing may be left out, waits for room and keeps the order")
  func waits() async throws {
    let queue = queue(3)
    let all = (0..<1000).map { "\($0 % 10)" }
    let writer = try HostThread(name: "writer") { [queue] in
      for text in all {
        _ = queue.add(LogLine(level: .info, component: "", message: text), mayDrop: false)
      }
    }
    var seen: [String] = []
    while seen.count < all.count, let batch = queue.next() {
      #expect(batch.lines.count <= 3 && batch.missing == 0)
      seen += texts(batch) ?? []
    }
    writer.join()
    #expect(seen == all)
  }

  @Test("is written when the thread comes back, not when it has taken it")
  func flush() {
    let queue = queue(2)
    #expect(queue.flush(within: .zero))
    _ = queue.add(line("a"), mayDrop: true)
    #expect(!queue.flush(within: .zero))
    _ = queue.next()
    #expect(!queue.flush(within: .zero))
    _ = queue.add(line("b"), mayDrop: true)
    _ = queue.next()
    #expect(!queue.flush(within: .zero))
    queue.close()
    _ = queue.next()
    #expect(queue.flush(within: .zero))
  }

  @Test("is waited for in vain once, and by nobody again until the thread has moved")
  func stuck() {
    let queue = queue(2)
    _ = queue.add(line("a"), mayDrop: true)
    queue.settle(within: .zero)
    // This would be long.
    queue.settle(within: .seconds(3600))
    #expect(!queue.flush(within: .zero))
  }
}
