// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import TestSupport
import Testing

@testable import AgentProtocol

@Suite("Messages")
struct CodingTests {
  static let requests: [AgentRequest] = [.attached(endpoint), .detached(endpoint), .status]
  static let replies: [AgentReply] = [
    .programmed, .pending(reason: "no datastore é"), .failed(reason: ""), .status([]),
    .status([.init("ready", "true"), .init("", "")]),
  ]

  private func body(_ frame: [UInt8]) throws -> [UInt8] {
    var buffer = FrameBuffer()
    buffer.append(frame)
    return try #require(try buffer.next())
  }

  @Test("every request reads back", arguments: requests)
  func requestsReadBack(_ request: AgentRequest) throws {
    #expect(try AgentRequest(body: body(request.frame())) == request)
  }

  @Test("every reply reads back", arguments: replies)
  func repliesReadBack(_ reply: AgentReply) throws {
    #expect(try AgentReply(body: body(reply.frame())) == reply)
  }

  @Test("only pending is not final")
  func finality() {
    #expect(Self.replies.map(\.isFinal) == [true, false, true, true, true])
  }

  @Test("a message that ends early or is too long by a byte is refused at every length")
  func truncated() throws {
    for message in Self.requests + [.status] {
      let body = try body(message.frame())
      for size in 0..<body.count {
        #expect(throws: AgentProtocolError.self) { try AgentRequest(body: Array(body[..<size])) }
      }
      #expect(throws: AgentProtocolError.self) { try AgentRequest(body: body + [0]) }
    }
    for message in Self.replies {
      let body = try body(message.frame())
      for size in 0..<body.count {
        #expect(throws: AgentProtocolError.self) { try AgentReply(body: Array(body[..<size])) }
      }
      #expect(throws: AgentProtocolError.self) { try AgentReply(body: body + [0]) }
    }
  }

  @Test("an unknown version, an unknown kind and bytes that are not UTF-8 are named")
  func unknown() throws {
    func message(_ body: [UInt8]) -> String? {
      do throws(AgentProtocolError) {
        _ = try AgentReply(body: body)
        return nil
      } catch { return error.description }
    }
    #expect(message([2, 1]) == "version 2 of the protocol is not known: this is 1")
    #expect(message([1, 9]) == "reply 9 is not known")
    #expect(message([1, 3, 0, 1, 0xFF]) == "a text in the message is not UTF-8")
    #expect(throws: AgentProtocolError.self) { try AgentRequest(body: [1, 9]) }
  }

  @Test("frames are put together from pieces of any size")
  func pieces() throws {
    let frames = try Self.requests.flatMap { try $0.frame() }
    for size in 1...frames.count {
      var buffer = FrameBuffer()
      var read: [AgentRequest] = []
      var rest = frames[...]
      while !rest.isEmpty {
        buffer.append(rest.prefix(size))
        rest = rest.dropFirst(size)
        while let body = try buffer.next() { read.append(try AgentRequest(body: body)) }
      }
      #expect(read == Self.requests)
    }
  }

  @Test("messages are at most 64 KiB, whether sent or announced")
  func size() throws {
    var buffer = FrameBuffer()
    buffer.append([0, 1, 0, 1])
    #expect(throws: AgentProtocolError.self) { try buffer.next() }
    var largest = FrameBuffer()
    largest.append([0, 1, 0, 0])
    #expect(try largest.next() == nil)
    let entry = AgentReply.StatusEntry("k", String(repeating: "v", count: 40_000))
    #expect(throws: AgentProtocolError.self) { try AgentReply.status([entry, entry]).frame() }
    let text = String(repeating: "x", count: 65_536)
    #expect(throws: AgentProtocolError.self) { try AgentReply.failed(reason: text).frame() }
  }

  @Test("rubbish and damaged messages are refused or read, and never crash")
  func rubbish() throws {
    var random = SplitMix64(seed: SplitMix64.seed(for: "messages"))
    var refused = 0
    for round in 0..<5000 {
      var bytes: [UInt8]
      if round % 2 == 0 {
        bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        if !bytes.isEmpty { bytes[0] = 1 }
      } else {
        bytes = try AgentRequest.attached(endpoint).frame()
        for _ in 0..<3 {
          let place = Int.random(in: 4..<bytes.count, using: &random)
          bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
        bytes.removeFirst(4)
      }
      if (try? AgentRequest(body: bytes)) == nil { refused += 1 }
      if (try? AgentReply(body: bytes)) == nil { refused += 1 }
    }
    #expect(refused > 1000)
  }
}
