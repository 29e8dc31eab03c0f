// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import BenchSupport
import Glibc

/// What scripts/bench times of the datastores, from inside a program of ours.
///
///     store-bench serve etcd|kubernetes NAMESPACE   a real server in a network namespace
///     store-bench snapshot KIND                     from the start until the syncer has everything
///     store-bench watch KIND                        what `write` did, as it is delivered
///     store-bench write NAME                        a change of a GlobalNetworkSet for every line of
///                                                   standard input, and when it began
///
/// All but `serve` use the datastore that the environment configures.

let words = Array(CommandLine.arguments.dropFirst())
do {
  switch (words.first, words.count) {
  case ("serve", 3): try await BenchServer.serve(words[1], namespace: words[2])
  case ("snapshot", 2): try await SnapshotBench.run(kind: words[1])
  case ("watch", 2): try await DeliveryBench.watch(kind: words[1])
  case ("write", 2): try await DeliveryBench.write(name: words[1])
  default:
    Output.say(
      "usage: store-bench serve etcd|kubernetes NAMESPACE | snapshot KIND | watch KIND | write NAME",
      to: STDERR_FILENO)
    exit(2)
  }
  exit(0)
} catch {
  Output.say("store-bench: \(error)", to: STDERR_FILENO)
  exit(1)
}
