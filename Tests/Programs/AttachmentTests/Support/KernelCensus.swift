// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What the kernel says of pods' addresses, asked with `ip -json`.
struct KernelCensus {
  /// The addresses of a pod's interface.
  private(set) var addresses: [String: [String]] = [:]
  /// The pod that the other end of a node's interface is in.
  private(set) var podOfLink: [String: String] = [:]
  /// The node's interfaces of pods.
  private(set) var links: [String] = []
  /// Destination and interface of the node's routes to pods.
  private(set) var routes: [(destination: String, link: String)] = []

  private static let prefix = "cali"

  /// - Parameter pods: the pods' namespaces by their names.
  init(node: String, pods: [String: String]) throws {
    let linkRows = try RawRows.of(
      json: try Command.run("ip", "-n", node, "-j", "link"),
      "SELECT value ->> 'ifindex', value ->> 'ifname' FROM json_each(?)")
    let nameOfIndex = Dictionary(linkRows.map { ($0[0], $0[1]) }) { first, _ in first }
    links = linkRows.map { $0[1] }.filter { $0.hasPrefix(Self.prefix) }
    routes = try RawRows.of(
      json: try Command.run("ip", "-4", "-n", node, "-j", "route", "show", "table", "all"),
      "SELECT value ->> 'dst', value ->> 'dev' FROM json_each(?)"
    ).map { ($0[0], $0[1]) }.filter { $0.1.hasPrefix(Self.prefix) }
    // One process that asks for all of them.
    let order = pods.sorted { $0.key < $1.key }
    let script = "for n in $0 $@; do ip -n $n -j addr || exit 1; done"
    let text = try Command.run(["sh", "-c", script] + order.map(\.value))
    let answers = text.split(separator: "\n")
    guard answers.count == order.count else {
      throw Command.Failure(description: "\(answers.count) answers of ip, not \(order.count)")
    }
    let whole = "[" + answers.joined(separator: ",") + "]"
    let query = """
      SELECT p.key, l.value ->> 'link_index', a.value ->> 'local'
      FROM json_each(?) p, json_each(p.value) l LEFT JOIN json_each(l.value, '$.addr_info') a
        ON a.value ->> 'family' = 'inet'
      WHERE l.value ->> 'ifname' <> 'lo'
      """
    for row in try RawRows.of(json: whole, query) {
      guard let position = Int(row[0]), order.indices.contains(position) else { continue }
      let pod = order[position].key
      addresses[pod, default: []] += row[2].isEmpty ? [] : [row[2]]
      if let link = nameOfIndex[row[1]] { podOfLink[link] = pod }
    }
  }

  /// What is there although no pod is.
  var leftovers: [String] {
    links.map { "the interface \($0)" } + routes.map { "the route \($0.destination) \($0.link)" }
      + addresses.keys.map { "an interface in the pod \($0)" }
  }
}
