// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import NIOCore
import TestSupport
import Testing

@testable import EtcdDatastore

@Suite("The guard of a connection") struct GuardTests {
  private static func frame(_ type: UInt8, _ flags: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let count = payload.count
    return [UInt8(count >> 16), UInt8(count >> 8 & 0xff), UInt8(count & 0xff), type, flags]
      + [0, 0, 0, 0] + payload
  }

  @Test("answers PINGs and passes on all else, however the bytes come") func pieces() {
    let seed = SplitMix64.seed(for: "the guard")
    var random = SplitMix64(seed: seed)
    for _ in 0..<200 {
      var input: [UInt8] = []
      var passed: [UInt8] = []
      var answers: [UInt8] = []
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        let payload = (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
          input += Self.frame(6, 0, payload)
          answers += Self.frame(6, 1, payload)
        case 2:
          // The answer to a PING of ours is for us.
          let frame = Self.frame(6, 1, payload)
          input += frame
          passed += frame
        default:
          let size = Int.random(in: 0...3000, using: &random)
          // Full of what looks like a PING.
          let ping = Self.frame(6, 0, payload)
          let bytes = (0..<size).map { ping[$0 % ping.count] }
          let frame = Self.frame(UInt8.random(in: 0...5, using: &random), 0, bytes)
          input += frame
          passed += frame
        }
      }
      var state = ConnectionGuard.State()
      var gotPassed: [UInt8] = []
      var gotAnswers: [UInt8] = []
      var rest = input[...]
      while !rest.isEmpty {
        let count = min(
          rest.count, Int.random(in: 1...40, using: &random) * (rest.count > 500 ? 37 : 1))
        let (runs, replies) = ConnectionGuard.sift(ByteBuffer(bytes: rest.prefix(count)), &state)
        for run in runs { gotPassed += Array(buffer: run) }
        gotAnswers += Array(buffer: replies)
        rest = rest.dropFirst(count)
      }
      #expect(gotPassed == passed)
      #expect(gotAnswers == answers)
    }
  }
}
