// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import StoreRig

/// A cluster on one machine: a switch, nodes on it, pods on them, each a network namespace. It
/// needs root, changes nothing outside its namespaces and its folder, and takes everything away
/// with `destroy()`, at the latest when the object goes.
public final class LabCluster {
  let identity: LabIdentity
  /// Whether nodes have IPv6 addresses.
  public let hasIPv6: Bool
  public let programs: LabPrograms
  public private(set) var nodes: [LabNode] = []
  public internal(set) var pods: [LabPod] = []
  public internal(set) var typhas: [LabTypha] = []
  /// Their certificates.
  var typhaFiles: RigFolder?
  private var hosts = 0
  var servers: [RunningCommand] = []
  /// The datastore's servers, which end with the lab.
  var etcd: EtcdServer?
  var kubernetes: KubernetesServer?
  /// The names of labs that killed processes had left, which are gone now.
  public let swept: [String]

  public static let subnet = "172.31.48.0/20"
  public static let gateway = "172.31.48.1"
  static let prefixLength = 20
  static let prefix6 = "fd31:48::"
  private static let bridge = "br0"
  /// Of its own: else it is the lowest of its ports', and another one with a port that comes later,
  /// which those who talk to it already find out after seconds.
  private static let bridgeMAC = "02:00:ac:1f:30:01"
  private static let switchName = "switch"

  /// The start of all names of this lab.
  public var name: String { identity.name }
  public var folder: String { identity.folder }
  /// What all programs are told of the datastore.
  public private(set) var store: LabStore
  public var switchNamespace: String { identity.namespace(Self.switchName) }
  private var isDestroyed = false

  /// Makes the switch and the nodes, without agents. Sweeps away what killed processes left.
  public init(_ options: LabOptions = LabOptions()) throws(LabError) {
    try Interruption.check()
    programs = try LabPrograms(needing: options.programs)
    hasIPv6 = options.hasIPv6
    swept = LabRemoval.sweep(kept: false)
    identity = LabIdentity()
    store = .local(path: identity.folder + "/datastore.db")
    try identity.claim()
    do {
      try makeSwitch()
      for number in 1..<(1 + min(max(options.nodes, 0), LabOptions.nodeLimit)) {
        try makeNode(number, options)
      }
    } catch {
      destroy()
      throw error
    }
  }

  deinit { destroy() }

  /// Has all programs that are started from now on use another datastore than the file of the lab.
  public func use(_ store: LabStore) {
    self.store = store
    for node in nodes { node.store = store }
  }

  /// Takes everything away that the lab has made. Further calls do nothing.
  public func destroy() {
    guard !isDestroyed else { return }
    isDestroyed = true
    LabRemoval.remove(identity)
    Interruption.shielded {
      for server in servers { server.stop(SIGKILL) }
      for node in nodes { node.killAgent(SIGKILL) }
      for typha in typhas { typha.kill(SIGKILL) }
      (etcd, kubernetes, typhaFiles) = (nil, nil, nil)
    }
  }

  /// Leaves everything as it is, also after the process's end; see `removeKept`.
  public func keep() throws(LabError) {
    try identity.keep()
    isDestroyed = true
    for command in servers + nodes.compactMap(\.agent) { command.letGo() }
    for typha in typhas { typha.letGo() }
  }

  /// Takes away labs that processes have left, with those that were kept.
  public static func removeKept() -> [String] { LabRemoval.sweep(kept: true) }

  /// What is on the machine of a lab, by its name.
  public static func leftovers(of name: String) -> [String] {
    guard let identity = LabIdentity(of: name) else { return [] }
    let processes = ProcessTable.processes(withEnvironment: identity.folder + "/")
    return identity.namespaces.map { "namespace \($0)" }
      + (LabFiles.isThere(identity.folder) ? [identity.folder] : [])
      + processes.map { "process \($0) (\(ProcessTable.name(of: $0) ?? "?"))" }
  }

  /// The node of a name.
  public func node(_ name: String) throws(LabError) -> LabNode {
    guard let node = nodes.first(where: { $0.name == name }) else {
      throw .notFound("node \(name)")
    }
    return node
  }

  /// The node of a number, from 1.
  public func node(_ number: Int) throws(LabError) -> LabNode { try node("k8s-n\(number)") }

  private func makeSwitch() throws(LabError) {
    try LabCommand.checked(["ip", "netns", "add", switchNamespace])
    try batch(
      switchNamespace,
      """
      link set lo up
      link add \(Self.bridge) address \(Self.bridgeMAC) type bridge
      addr add \(Self.gateway)/\(Self.prefixLength) dev \(Self.bridge)
      link set \(Self.bridge) up
      """)
  }

  private func makeNode(_ number: Int, _ options: LabOptions) throws(LabError) {
    let name = "k8s-n\(number)"
    let address = "172.31.48.\(10 + number)"
    let namespace = identity.namespace(name)
    try plug(namespace, address: address)
    var settings = options.agentSettings
    if options.hasIPv6 {
      let address6 = "\(Self.prefix6)\(10 + number)/64"
      try batch(namespace, "addr add \(address6) dev eth0 nodad")
      settings.merge(["IP6": address6]) { given, _ in given }
    }
    nodes.append(
      try LabNode(
        name: name, namespace: namespace, address: address, prefixLength: Self.prefixLength,
        folder: folder, store: store, settings: settings, programs: programs))
  }

  /// Adds a machine to the switch that is no node.
  ///
  /// - Parameter address: One of 172.31.48.128 to 172.31.63.254.
  public func addHost(_ name: String, address: String) throws(LabError) -> LabHost {
    let host = LabHost(name: name, namespace: identity.namespace(name), address: address)
    try plug(host.namespace, address: address)
    return host
  }

  /// Makes a namespace whose `eth0` is on the switch.
  private func plug(_ namespace: String, address: String) throws(LabError) {
    hosts += 1
    try LabCommand.checked(["ip", "netns", "add", namespace])
    // The pair is made where its ends belong, so that the machine's own namespace never sees it.
    try batch(
      switchNamespace,
      """
      link add port\(hosts) type veth peer name eth0 netns \(namespace)
      link set port\(hosts) master \(Self.bridge) up
      """)
    try batch(
      namespace,
      """
      link set lo up
      addr add \(address)/\(Self.prefixLength) dev eth0
      link set eth0 up
      route add default via \(Self.gateway) dev eth0
      """)
  }

  /// Runs lines for `ip` in a namespace.
  func batch(_ namespace: String, _ lines: String) throws(LabError) {
    try LabCommand.checked(["ip", "-n", namespace, "-batch", "-"], input: lines + "\n")
  }

  /// Lets time pass.
  public func pause(milliseconds: Int) throws(LabError) {
    try Interruption.sleep(milliseconds: milliseconds)
  }

  /// Waits until something is true.
  ///
  /// - Parameters:
  ///   - what: For the error when it does not come true.
  ///   - condition: Returns nil when it is true, and otherwise what is seen instead.
  public func waitUntil(
    _ what: String, within seconds: Int = 30,
    _ condition: () throws(LabError) -> String?
  ) throws(LabError) {
    let deadline = monotonicMilliseconds() + seconds * 1000
    while true {
      guard let last = try condition() else { return }
      guard monotonicMilliseconds() < deadline else {
        throw .timedOut(what: what, seconds: seconds, last: last)
      }
      try Interruption.sleep(milliseconds: 50)
    }
  }
}
