// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import BenchSupport
import Glibc

/// What scripts/bench times of Typha, from the agents' side.
///
///     typha-bench agents PORT COUNT      so many agents' connections, which read and throw away
///     typha-bench bare PORT COUNT SIZE   a loop that writes a message of SIZE bytes to each of COUNT
///                                        connections for every line of standard input: no server does
///                                        with less
///     typha-bench follow PORT            one agent's source, until it has everything
///     typha-bench follow store           the same from the datastore that the environment configures

let words = Array(CommandLine.arguments.dropFirst())
do {
  switch (words.first, words.count) {
  case ("agents", 3): try AgentCrowd.run(port: number(words[1]), count: number(words[2]))
  case ("bare", 4):
    try BareLoop.run(
      port: number(words[1]), count: number(words[2]), size: number(words[3]))
  case ("follow", 2): try await FollowBench.run(words[1])
  default:
    throw BenchError(
      "usage: typha-bench agents PORT COUNT | bare PORT COUNT SIZE | follow PORT|store")
  }
  exit(0)
} catch {
  Output.say("typha-bench: \(error)", to: STDERR_FILENO)
  exit(1)
}

func number(_ word: String) throws -> Int {
  guard let number = Int(word), number > 0 else { throw BenchError("'\(word)' is no number") }
  return number
}
