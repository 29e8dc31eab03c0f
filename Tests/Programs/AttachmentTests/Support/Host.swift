// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import IPAM
import LocalDatastore
import Resources
import TestSupport
import Testing
import ValueTree

/// A node: a network namespace with a way out and a default route, folders and a datastore.
final class Host {
  let node: Namespace
  let folder: TemporaryFolder
  let store: LocalDatastore
  let name = "node-1"
  /// Of pods.
  private var namespaces: [Namespace] = []
  var storePath: String { folder.path + "/datastore.db" }
  var ipam: IPAMClient { IPAMClient(store: store) }

  /// - Parameter hasDefaultRoute: without one the kernel does not answer ARP requests for pods'
  ///   router.
  init(pools: [String] = ["10.65.0.0/26"], hasDefaultRoute: Bool = true) async throws {
    node = try Namespace()
    folder = TemporaryFolder()
    for name in ["bin", "lib", "run"] { mkdir("\(folder.path)/\(name)", 0o700) }
    for name in ["calico", "calico-ipam"] {
      symlink(try Self.program(), "\(folder.path)/bin/\(name)")
    }
    try folder.write("\(name)\n", to: "lib/nodename")
    store = try await LocalDatastore.open(
      path: folder.path + "/datastore.db", durability: .processCrash)
    for (index, cidr) in pools.enumerated() {
      var pool = IPPool(name: "pool-\(index)")
      pool.spec.cidr = cidr
      if cidr.contains(":") { pool.spec.blockSize = 122 }
      _ = try await store.create(pool)
    }
    try node.run("sh", "-ec", Self.uplink + (hasDefaultRoute ? Self.defaultRoute : ""))
  }

  private static let uplink = """
    ip link set lo up
    ip link add up0 type veth peer name up1
    for link in up0 up1; do ip link set $link addrgenmode none; ip link set $link up; done
    ip addr add 192.0.2.1/24 dev up0
    sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

    """
  private static let defaultRoute = "ip route add default via 192.0.2.254"

  /// The plugin, which is built into the same folder as this test.
  private static func program() throws -> String {
    let resolved = try #require(realpath("/proc/self/exe", nil))
    defer { free(resolved) }
    let own = String(cString: resolved)
    let folder = own.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    try #require(
      access(folder + "/calico", X_OK) == 0,
      "build the product calico first: it is not in \(folder)")
    return folder + "/calico"
  }

  /// A pod's namespace, which stays until the test ends, and names.
  func pod(_ name: String, container: String? = nil) throws -> Pod {
    let namespace = try Namespace()
    namespaces.append(namespace)
    return Pod(name: name, container: container ?? "c-\(name)", namespace: namespace)
  }

  /// Many pods.
  func pods(_ names: [String]) throws -> [Pod] {
    let made = try Namespace.make(names.count)
    namespaces += made
    return zip(names, made).map { Pod(name: $0, container: "c-\($0)", namespace: $1) }
  }

  struct Pod {
    var name: String
    var container: String
    var namespace: Namespace
    var interface = "eth0"
    var kubernetesNamespace = "web"
  }

  /// What a call gave.
  struct Answer {
    var status: Int32
    var text: String
    var log: String

    init(_ outcome: Command.Outcome) {
      (status, text, log) = (outcome.status, outcome.output, outcome.error)
    }

    var value: Value { (try? JSON.parse(text)) ?? .null }
    var code: Int64? { value["code"]?.int }
    var message: String { value["msg"]?.string ?? "" }
    var address: String? { value["ips"]?.array?.first?["address"]?.string }
  }

  /// The configuration that calls have unless they say otherwise.
  func configuration(_ changes: [Value.Member] = []) -> Value {
    var value: Value = [
      "cniVersion": "1.0.0", "name": "net1", "type": "calico",
      "datastore_type": "local", "datastore_path": .string(storePath),
      "ipam": ["type": "calico-ipam"],
    ]
    for change in changes { value[change.key] = change.value }
    return value
  }

  func environment(_ command: String, _ pod: Pod) -> [String: String] {
    [
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "CNI_COMMAND": command,
      "CNI_CONTAINERID": pod.container, "CNI_NETNS": pod.namespace.path,
      "CNI_IFNAME": pod.interface, "CNI_PATH": folder.path + "/bin",
      "CNI_ARGS":
        "IgnoreUnknown=1;K8S_POD_NAMESPACE=\(pod.kubernetesNamespace);K8S_POD_NAME=\(pod.name)",
      "CALICO_LIB_DIR": folder.path + "/lib", "CALICO_RUN_DIR": folder.path + "/run",
    ]
  }

  /// Runs the plugin on the node, as a runtime does.
  ///
  /// - Parameter input: the configuration's text, instead of one with changes.
  /// - Parameter variables: changes of the environment; nil removes one.
  func call(
    _ command: String, _ pod: Pod, _ changes: [Value.Member] = [], input: String? = nil,
    variables: [String: String?] = [:], program: String = "calico"
  ) throws -> Answer {
    let command = prepared(
      command, pod, changes, input: input, variables: variables, program: program)
    return Answer(try command.outcome())
  }

  /// A call that can be run on any thread.
  func prepared(
    _ command: String, _ pod: Pod, _ changes: [Value.Member] = [], input: String? = nil,
    variables: [String: String?] = [:], program: String = "calico"
  ) -> Command {
    var environment = environment(command, pod)
    for (name, value) in variables { environment[name] = value }
    return Command(
      words: ["ip", "netns", "exec", node.name, "\(folder.path)/bin/\(program)"],
      environment: environment, input: input ?? JSON.encode(configuration(changes)))
  }

  /// A call that must work.
  @discardableResult
  func attach(
    _ pod: Pod, _ changes: [Value.Member] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Answer {
    let answer = try call("ADD", pod, changes)
    try #require(answer.status == 0, "\(answer.text)\(answer.log)", sourceLocation: sourceLocation)
    return answer
  }

  /// Everything in the store except what a node keeps when its last pod has gone: the block and the
  /// claim on it, of which the count of addresses in use is left, and profiles.
  func leftovers() async throws -> [String] {
    var found: [String] = []
    for kind in [Kind.workloadEndpoint, .ipamHandle] {
      found += try await store.list(ListQuery(kind)).items.map { "\($0.key)" }
    }
    found += try await ipam.allocations().map { "\($0.address) of \($0.handle ?? "nobody")" }
    return found
  }

  /// Every object in the store, as text.
  func storeSnapshot() async throws -> [String] {
    var lines: [String] = []
    for kind in Kind.allCases {
      lines += try await store.list(ListQuery(kind)).items.map { JSON.encode($0.encode()) }
    }
    return lines
  }

  /// Links, addresses and routes of the node and of the pods.
  func kernelSnapshot(_ pods: Pod...) throws -> [String] {
    try node.snapshot() + pods.flatMap { try $0.namespace.snapshot() }
  }

  func endpoint(_ pod: Pod) async throws -> WorkloadEndpoint? {
    let name = WorkloadEndpointName(node: name, workload: pod.name, endpoint: pod.interface)
    return try await store.find(
      WorkloadEndpoint.self, try #require(name).description, namespace: pod.kubernetesNamespace)
  }
}
