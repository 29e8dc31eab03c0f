// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What names of workloads' interfaces begin with. Everything that begins so is guarded: what no
/// endpoint has passes nothing. A prefix that the host's own interfaces have as well would therefore
/// cut the host off, and is not used.
struct WorkloadPrefixes: Hashable {
  /// Those that are in force; never empty.
  private(set) var usable: [String] = []
  /// What is wrong with the others, in words.
  private(set) var problems: [String] = []

  /// Calico's own.
  static let standard = "cali"

  /// - Parameter hosts: The host's interfaces, by name, and why each is the host's.
  init(_ prefixes: [String], hosts: [String: String]) {
    var refused: [(prefix: String, reason: String)] = []
    for prefix in prefixes where !usable.contains(prefix) {
      if prefix.isEmpty {
        refused.append((prefix, "would match every interface"))
      } else if let name = Self.victim(of: prefix, hosts) {
        refused.append((prefix, "would match \(name), which is the host's: \(hosts[name] ?? "")"))
      } else {
        usable.append(prefix)
      }
    }
    if usable.isEmpty {
      usable = [Self.standard]
      if let name = Self.victim(of: Self.standard, hosts) {
        problems.append(
          "workloads' interfaces begin with '\(Self.standard)' where nothing else is configured, and "
            + "\(name) does too, which is the host's (\(hosts[name] ?? "")): its packets are dropped"
        )
      }
    }
    let list = usable.map { "'\($0)'" }.joined(separator: ", ")
    // Where the standard one has to do after all, what it does is said already.
    let unused = refused.filter { !usable.contains($0.prefix) }
    problems =
      unused.map { "interface prefix '\($0.prefix)' \($0.reason); not used, but \(list)" }
      + problems
  }

  private static func victim(of prefix: String, _ hosts: [String: String]) -> String? {
    hosts.keys.filter { match($0, [prefix]) }.min()
  }

  static func match(_ name: String, _ prefixes: [String]) -> Bool {
    prefixes.contains { !$0.isEmpty && name.utf8.starts(with: $0.utf8) }
  }
}
