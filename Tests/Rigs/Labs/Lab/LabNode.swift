// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A node: a namespace with `eth0` on the switch, and the folders and the agent of one machine.
public final class LabNode: ProgramPlace {
  public let name: String
  public let namespace: String
  /// Its address on the switch, without prefix length.
  public let address: String
  /// What the agent would have in /var/run/calico and /var/lib/calico.
  public let runFolder: String
  public let libFolder: String
  /// What the agent writes.
  public let agentLog: String
  /// Of agent and calicoctl, besides what the datastore asks for.
  private let environment: [String: String]
  /// What the agent and calicoctl are told of the datastore.
  var store: LabStore
  public let programs: LabPrograms
  private(set) var agent: RunningCommand?

  init(
    name: String, namespace: String, address: String, prefixLength: Int, folder: String,
    store: LabStore, settings: [String: String], programs: LabPrograms
  ) throws(LabError) {
    self.name = name
    self.namespace = namespace
    self.address = address
    self.programs = programs
    self.store = store
    // Short: a Unix socket's path has at most 107 bytes.
    let own = "\(folder)/\(name)"
    runFolder = own + "/run"
    libFolder = own + "/lib"
    agentLog = own + "/calico-node.log"
    for path in [own, runFolder, libFolder] { try LabFiles.makeFolder(path) }
    let standard = [
      "NODENAME": name, "IP": "\(address)/\(prefixLength)", "CALICO_RUN_DIR": runFolder,
      "CALICO_LIB_DIR": libFolder, "FELIX_CONFIGFILE": own + "/felix.cfg",
      "FELIX_LOGFILEPATH": libFolder + "/felix.log", "FELIX_LOGSEVERITYSYS": "none",
      "FELIX_HEALTHENABLED": "true",
      "FELIX_PROMETHEUSMETRICSENABLED": "true",
    ]
    environment = standard.merging(settings) { $1 }
  }

  /// The agent's process; nil when none was started, or it has ended.
  public var agentProcess: Int32? {
    guard let agent, agent.isRunning else { return nil }
    return agent.pid
  }

  /// Starts the agent, with further environment variables if asked.
  public func startAgent(_ more: [String: String] = [:]) throws(LabError) {
    try Interruption.check()
    agent = try RunningCommand(
      here([programs.path("calico-node"), "run"]),
      environment: environment.merging(store.agentSettings) { $1 }.merging(more) { $1 },
      isolated: true, sink: .file(agentLog))
  }

  /// Ends the agent with a signal and waits until it is gone. BIRD and the kernel's state stay.
  public func killAgent(_ signal: Int32) {
    agent?.stop(signal)
    agent = nil
  }

  /// Runs `calicoctl` here.
  public func calicoctl(_ words: [String], input: String = "") throws(LabError) -> CommandResult {
    try Interruption.check()
    return try RunningCommand(
      here([programs.path("calicoctl")] + words),
      environment: environment.merging(store.calicoctlSettings) { $1 }, isolated: true,
      input: input
    ).finish()
  }

  /// The last lines of the agent's log, for messages.
  public func logTail(_ count: Int = 5) -> String { LabFiles.tail(of: agentLog, count) }
}
