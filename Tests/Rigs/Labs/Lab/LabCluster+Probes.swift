// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

extension LabCluster {
  private var probe: String { programs.path("lab-probe") }

  /// By this a process is known as the lab's, wherever it is.
  private var mark: [String: String] { ["CALICO_LAB": folder + "/"] }

  /// Starts a server that answers with the place's name, and waits until it listens.
  ///
  /// - Parameter ports: UDP and TCP ports.
  /// - Returns: the running server; it is ended with the lab at the latest.
  @discardableResult
  public func serve(
    _ place: some LabPlace, tcp: [UInt16] = [], udp: [UInt16] = []
  ) throws(LabError) -> RunningCommand {
    try Interruption.check()
    let log = "\(folder)/server-\(servers.count + 1).log"
    let words = tcp.map { "tcp:\($0)" } + udp.map { "udp:\($0)" }
    let server = try RunningCommand(
      place.here([probe, "serve", "--name", place.name] + words), environment: mark,
      sink: .file(log))
    servers.append(server)
    try waitUntil("the server in \(place.name)", within: 20) { () throws(LabError) in
      let text = LabFiles.read(log) ?? ""
      if text.hasPrefix("serving") { return nil }
      guard server.isRunning else { throw .ended(what: "the server in \(place.name)", last: text) }
      return text
    }
    return server
  }

  /// Starts probes from a place, all at once.
  public func startProbes(
    from place: some LabPlace, to targets: [ProbeTarget], source: String? = nil,
    milliseconds: Int = 2000
  ) throws(LabError) -> RunningProbe {
    try Interruption.check()
    let options =
      ["--timeout-ms", "\(milliseconds)"] + (source.map { ["--source", $0] } ?? [])
    return RunningProbe(
      targets: targets,
      command: try RunningCommand(place.here([probe, "check"] + options + targets.map(\.word))))
  }

  /// Probes one target from a place.
  public func probe(
    from place: some LabPlace, to target: ProbeTarget, source: String? = nil,
    milliseconds: Int = 2000
  ) throws(LabError) -> ProbeOutcome {
    let running = try startProbes(
      from: place, to: [target], source: source, milliseconds: milliseconds)
    return try running.outcomes()[target] ?? .unreachable("")
  }

  /// Starts a stream from a place and waits until it flows.
  ///
  /// - Parameters:
  ///   - target: The TCP server that must stay reachable; nil is none.
  ///   - denied: What must stay out of reach.
  public func stream(
    from place: some LabPlace, to target: ProbeTarget?, denied: [ProbeTarget] = []
  ) throws(LabError) -> LabStream {
    try Interruption.check()
    let log = "\(folder)/stream-\(servers.count + 1).log"
    var words = [probe, "stream"]
    if let target { words += ["--to", "\(target.address)/\(target.port)"] }
    for target in denied { words += ["--denied", target.word] }
    let command = try RunningCommand(place.here(words), environment: mark, sink: .file(log))
    servers.append(command)
    let stream = LabStream(command, log: log)
    try waitUntil("a stream from \(place.name)", within: 20) { () throws(LabError) in
      let text = LabFiles.read(log) ?? ""
      if text.contains("started") { return nil }
      guard command.isRunning else { throw .ended(what: "a stream from \(place.name)", last: text) }
      return text
    }
    return stream
  }
}
