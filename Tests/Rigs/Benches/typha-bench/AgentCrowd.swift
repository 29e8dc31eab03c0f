// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import BenchSupport
import FanOut
import Glibc

/// Connections of many agents, which read what they are told, count it and throw it away.
///
/// Says `ready BYTES` once all have been told everything, BYTES being what one of them was told; then
/// for every frame that follows `told NUMBER NANOSECONDS SIZE` when the last of them has it whole.
enum AgentCrowd {
  private struct Agent {
    var file: Int32
    /// What has come of a message's length and kind.
    var head: [UInt8] = []
    /// What is still to come of the message whose kind is known.
    var rest = 0
    var isTold = false
    var frames = 0
    var bytes = 0
    /// What has come of a ping.
    var ping: [UInt8] = []
  }

  /// Of the kinds of messages; see `TyphaMessage`.
  private static let (farewell, snapshotEnds, frame, ping) =
    (UInt8(3), UInt8(5), UInt8(6), UInt8(7))
  private static let headBytes = TyphaMessage.lengthBytes + 1

  static func run(port: Int, count: Int) throws {
    LoopbackSocket.raiseLimit()
    var entries: [pollfd] = []
    for index in 0..<count {
      let file = try LoopbackSocket.connect(port: port)
      let greeting = AgentGreeting(node: "node-\(index)", software: "typha-bench")
      try LoopbackSocket.send(TyphaMessage.hello(greeting).bytes, to: file)
      entries.append(pollfd(fd: file, events: Int16(POLLIN), revents: 0))
    }
    var crowd = Crowd(agents: entries.map { Agent(file: $0.fd) })
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let ready = poll(&entries, nfds_t(entries.count), -1)
      guard ready >= 0 || errno == EINTR else { throw BenchError(call: "poll") }
      for index in entries.indices where entries[index].revents != 0 {
        let got = recv(entries[index].fd, buffer.baseAddress, buffer.count, 0)
        guard got > 0 else { throw BenchError("an agent's connection has ended") }
        try crowd.take(UnsafeRawBufferPointer(rebasing: buffer[..<got]), of: index)
      }
    }
  }

  private struct Crowd {
    var agents: [Agent]
    var told = 0
    /// How many have each of the frames after everything was told.
    var counts: [Int] = []

    init(agents: [Agent]) { self.agents = agents }

    mutating func take(_ bytes: UnsafeRawBufferPointer, of index: Int) throws {
      var rest = bytes
      agents[index].bytes += bytes.count
      while !rest.isEmpty {
        if agents[index].rest == 0 {
          let missing = headBytes - agents[index].head.count
          agents[index].head += rest.prefix(missing)
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(missing))
          guard agents[index].head.count == headBytes else { return }
          agents[index].rest = agents[index].head.prefix(4).reduce(0) { $0 << 8 | Int($1) } - 1
        }
        let part = min(agents[index].rest, rest.count)
        if agents[index].head[4] == ping { agents[index].ping += rest.prefix(part) }
        agents[index].rest -= part
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part))
        if agents[index].rest == 0 { try finish(index) }
      }
    }

    private mutating func finish(_ index: Int) throws {
      let size = agents[index].head.prefix(4).reduce(0) { $0 << 8 | Int($1) } + 4
      let kind = agents[index].head[4]
      agents[index].head.removeAll(keepingCapacity: true)
      switch kind {
      case snapshotEnds:
        agents[index].isTold = true
        told += 1
        if told == agents.count { Output.say("ready \(agents[index].bytes)") }
      case frame where agents[index].isTold:
        let number = agents[index].frames
        agents[index].frames += 1
        if number == counts.count { counts.append(0) }
        counts[number] += 1
        if counts[number] == agents.count { Output.say("told \(number) \(Output.now) \(size)") }
      case ping:
        guard case .ping(let question) = try TyphaMessage([kind] + agents[index].ping) else {
          return
        }
        agents[index].ping.removeAll(keepingCapacity: true)
        try LoopbackSocket.send(
          TyphaMessage.pong(number: question.number).bytes, to: agents[index].file)
      case farewell: throw BenchError("an agent is sent away")
      default: break
      }
    }
  }
}
