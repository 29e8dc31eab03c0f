// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A real etcd on a free port, of 127.0.0.1 unless told otherwise, with its data in a folder of its own.
///
/// It can be stopped and go on, be killed and started anew on the same data. It is gone, data and
/// all, when the object is.
public final class EtcdServer: Sendable {
  /// How to run it.
  public struct Options: Sendable {
    /// TLS for clients; nil is none.
    public var tls: TLS?
    /// Whether users are asked who they are: `root` has the password `root`.
    public var asksWho = false
    /// Flags besides those that are needed.
    public var flags: [String] = []
    /// Whether its certificate is one that nobody should trust: its own client does not check it.
    public var isUntrusted = false
    public var place: RigPlace = .loopback

    public init(
      tls: TLS? = nil, asksWho: Bool = false, flags: [String] = [], isUntrusted: Bool = false,
      place: RigPlace = .loopback
    ) {
      self.tls = tls
      self.asksWho = asksWho
      self.flags = flags
      self.isUntrusted = isUntrusted
      self.place = place
    }
  }

  /// The server's certificate, and whose certificates clients must have.
  public struct TLS: Sendable {
    public var server: CertificateAuthority.Pair
    /// The file of the authority whose certificates clients show; nil lets in clients without.
    public var clientAuthority: String?
    /// What etcdctl shows and trusts.
    public var client: CertificateAuthority.Pair
    public var serverAuthority: String

    public init(
      server: CertificateAuthority.Pair, clientAuthority: String?,
      client: CertificateAuthority.Pair, serverAuthority: String
    ) {
      self.server = server
      self.clientAuthority = clientAuthority
      self.client = client
      self.serverAuthority = serverAuthority
    }
  }

  private struct State {
    var process: ServerProcess?
    var asksWho = false
  }

  public let options: Options
  public let port: UInt16
  private let name: String
  private let peerPort: UInt16
  private let cluster: String
  private let folder: RigFolder
  private let state = Mutex(State())

  /// The URL that clients use.
  public var endpoint: String {
    "\(options.tls == nil ? "http" : "https")://\(options.place.address):\(port)"
  }

  /// Starts one server and waits until it answers.
  public static func start(_ options: Options = Options()) async throws(RigError) -> EtcdServer {
    let servers = try await startCluster(of: 1, options)
    guard let server = servers.first else { throw RigError("no etcd was started") }
    return server
  }

  /// Starts the members of one cluster and waits until all answer.
  public static func startCluster(
    of count: Int, _ options: Options = Options()
  ) async throws(RigError) -> [EtcdServer] {
    var attempts = 0
    while true {
      // Another process may take a port between our choice and the server's use of it.
      attempts += 1
      do throws(RigError) {
        var peers: [UInt16] = []
        for _ in 0..<count { peers.append(try RigPort.free()) }
        let cluster = peers.enumerated().map { "m\($0)=http://127.0.0.1:\($1)" }
          .joined(separator: ",")
        var servers: [EtcdServer] = []
        for (index, peer) in peers.enumerated() {
          servers.append(
            try EtcdServer(options, name: "m\(index)", peerPort: peer, cluster: cluster))
        }
        for server in servers { try server.launch() }
        for server in servers { try await server.waitUntilHealthy() }
        if options.asksWho { try servers.first?.enableUsers() }
        if options.asksWho { for server in servers { server.state.withLock { $0.asksWho = true } } }
        return servers
      } catch {
        guard attempts < 3, error.description.contains("address already in use") else {
          throw error
        }
      }
    }
  }

  private init(
    _ options: Options, name: String, peerPort: UInt16, cluster: String
  ) throws(RigError) {
    self.options = options
    self.name = name
    self.peerPort = peerPort
    self.cluster = cluster
    port = try RigPort.free()
    folder = try RigFolder("etcd")
  }

  private func launch() throws(RigError) {
    var words = [
      "/usr/bin/etcd", "--name", name, "--data-dir", folder.file("data"),
      "--listen-client-urls", endpoint, "--advertise-client-urls", endpoint,
      "--listen-peer-urls", "http://127.0.0.1:\(peerPort)",
      "--initial-advertise-peer-urls", "http://127.0.0.1:\(peerPort)",
      "--initial-cluster", cluster, "--logger", "zap", "--log-level", "warn",
    ]
    if let tls = options.tls {
      words += ["--cert-file", tls.server.certificateFile, "--key-file", tls.server.keyFile]
      if let authority = tls.clientAuthority {
        words += ["--client-cert-auth", "--trusted-ca-file", authority]
      }
    }
    words += options.flags
    let process = try ServerProcess(
      ServerProcess.Command(
        options.place.command(words), log: folder.file("log"), folder: folder.path))
    state.withLock { $0.process = process }
  }

  /// Waits until it answers, at most half a minute.
  public func waitUntilHealthy() async throws(RigError) {
    var last = ""
    for _ in 0..<300 {
      guard let process = state.withLock({ $0.process }), process.isRunning else { break }
      do {
        let trust = options.isUntrusted ? ["--insecure-skip-tls-verify"] : []
        let outcome = try control(["endpoint", "health", "--dial-timeout", "2s"] + trust)
        if outcome.status == 0 { return }
        last = outcome.output + outcome.errors
      } catch {
        last = error.description
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
    let words = state.withLock { $0.process }?.lastWords() ?? ""
    throw RigError("etcd does not answer: \(last)\n\(words)")
  }

  /// From now on users are asked who they are: `root` has the password `root`.
  public func enableUsers() throws(RigError) {
    try run("user", "add", "root:root")
    try run("user", "grant-role", "root", "root")
    try run("auth", "enable")
    state.withLock { $0.asksWho = true }
  }

  // MARK: - Faults

  /// Stops it without ending it: connections stay, nothing is answered.
  public func pause() { state.withLock { $0.process }?.pause() }

  /// Lets it go on.
  public func resume() { state.withLock { $0.process }?.resume() }

  /// Ends it at once, as kill -9 does.
  public func kill() async { await take()?.kill() }

  /// Ends it in order.
  public func stop() async { await take()?.stop() }

  /// Starts it again on the same data, and waits until it answers.
  public func restart() async throws(RigError) {
    await kill()
    try launch()
    try await waitUntilHealthy()
  }

  private func take() -> ServerProcess? {
    state.withLock { state in
      defer { state.process = nil }
      return state.process
    }
  }

  // MARK: - Its own client

  /// Runs etcdctl, whatever comes of it.
  public func control(
    _ words: [String], user: String? = nil, input: String? = nil
  ) throws(RigError) -> RigCommand.Outcome {
    var command = ["/usr/bin/etcdctl", "--endpoints", endpoint]
    if let tls = options.tls {
      command += [
        "--cacert", tls.serverAuthority, "--cert", tls.client.certificateFile, "--key",
        tls.client.keyFile,
      ]
    }
    if let user {
      command += ["--user", user]
    } else if state.withLock({ $0.asksWho }) {
      command += ["--user", "root:root"]
    }
    return try RigCommand.outcome(
      options.place.command(command + words),
      environment: ["ETCDCTL_API": "3", "PATH": "/usr/bin:/bin"], input: input)
  }

  /// Runs etcdctl, which must succeed, and gives what it wrote.
  @discardableResult
  public func run(_ words: String..., input: String? = nil) throws(RigError) -> String {
    let outcome = try control(words, input: input)
    guard outcome.status == 0 else {
      throw RigError(
        "etcdctl \(words.joined(separator: " ")): \(outcome.output)\(outcome.errors)")
    }
    return outcome.output
  }

  /// The names of all keys, in order.
  public func keys() throws(RigError) -> [String] {
    try run("get", "", "--prefix", "--keys-only").split(separator: "\n").map(String.init)
  }

  /// A key's value as it is; empty when there is none.
  public func value(of key: String) throws(RigError) -> String {
    let output = try run("get", key, "--print-value-only")
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }

  /// Writes a key.
  public func put(_ key: String, _ value: String) throws(RigError) {
    // From its input, where a text may begin with a dash; but there it takes nothing for no value.
    if value.isEmpty { try run("put", key, "") } else { try run("put", key, input: value) }
  }

  /// Removes all keys, for the next test.
  public func clear() throws(RigError) { try run("del", "", "--prefix") }
}
