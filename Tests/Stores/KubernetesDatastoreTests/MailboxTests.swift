// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import KubernetesDatastore

@Suite("A box between two tasks") struct MailboxTests {
  @Test("whoever sends to a full one waits", .timeLimit(.minutes(1))) func full() async throws {
    let box = Mailbox<Int>(capacity: 2)
    let sent = Atomic(0)
    async let sending: Void = {
      for number in 0..<5 {
        guard await box.send(number) else { return }
        sent.wrappingAdd(1, ordering: .sequentiallyConsistent)
      }
    }()
    while sent.load(ordering: .sequentiallyConsistent) < 2 { await Task.yield() }
    for _ in 0..<1000 { await Task.yield() }
    #expect(sent.load(ordering: .sequentiallyConsistent) == 2)
    var found: [Int] = []
    for _ in 0..<5 { if let number = try await box.next() { found.append(number) } }
    #expect(found == [0, 1, 2, 3, 4])
    await sending
  }

  @Test("what was sent before the end is still taken") func end() async throws {
    let box = Mailbox<Int>(capacity: 2)
    #expect(await box.send(1))
    box.finish()
    #expect(await !box.send(2))
    #expect(try await box.next() == 1)
    #expect(try await box.next() == nil)
  }
}
