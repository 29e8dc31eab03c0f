// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Runs a program to its end; what it says on both outputs, and its status. The words may hold no
/// quotes.
@discardableResult
public func runProgram(_ words: [String]) throws -> (status: Int32, output: String) {
  let quoted = words.map { "'" + $0 + "'" }.joined(separator: " ")
  guard let pipe = popen(quoted + " 2>&1", "r") else {
    throw SystemFailure(call: "popen", code: errno)
  }
  var output: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = fread(&chunk, 1, chunk.count, pipe)
    guard count > 0 else { break }
    output += chunk[..<count]
  }
  let status = pclose(pipe)
  return ((status >> 8) & 0xff, String(decoding: output, as: UTF8.self))
}
