// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How long a change of a policy takes from the datastore into a node's kernel.
///
///     change-bench DATASTORE NETWORK-NAMESPACE POLICY
///
/// For every line of standard input the first ingress rule of a GlobalNetworkPolicy is given another
/// port, and the microseconds until the namespace's nf_tables have changed are printed. They begin
/// before the write, so the commit itself is in them.

/// Writes a line at once: whoever started this waits for it.
func say(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
  let bytes = Array((line + "\n").utf8)
  _ = write(descriptor, bytes, bytes.count)
}

let words = Array(CommandLine.arguments.dropFirst())
guard words.count == 3 else {
  say("usage: change-bench DATASTORE NETWORK-NAMESPACE POLICY", to: STDERR_FILENO)
  exit(2)
}
do {
  let bench = try await ChangeBench(datastore: words[0], namespace: words[1], policy: words[2])
  say("ready")
  while readLine() != nil { say("\(try await bench.change())") }
} catch {
  say("change-bench: \(error)", to: STDERR_FILENO)
  exit(1)
}
