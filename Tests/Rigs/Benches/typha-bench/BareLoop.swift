// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import BenchSupport
import FanOut
import Glibc

/// The least that whoever tells many can do: one call of the system for each of them.
enum BareLoop {
  static func run(port: Int, count: Int, size: Int) throws {
    LoopbackSocket.raiseLimit()
    let listener = try LoopbackSocket.listen(port: port)
    Output.say("listening")
    let start =
      TyphaMessage.welcome(
        TyphaGreeting(version: 1, host: "bare", software: "bare", compression: .none)
      ).bytes + TyphaMessage.snapshotBegins.bytes + TyphaMessage.snapshotEnds.bytes
    var files: [Int32] = []
    while files.count < count {
      let file = accept(listener, nil, nil)
      guard file >= 0 else { throw BenchError(call: "accept") }
      try LoopbackSocket.send(start, to: file)
      files.append(file)
    }
    let header = TyphaMessage.frame(PackedFrame(packing: [], .none)).bytes.count
    let frame = [UInt8](repeating: 1, count: max(size - header, 1))
    let message = TyphaMessage.frame(PackedFrame(packing: frame, .none)).bytes
    Output.say("ready")
    while readLine() != nil {
      Output.say("\(Output.now)")
      for file in files { try LoopbackSocket.send(message, to: file) }
    }
  }
}
