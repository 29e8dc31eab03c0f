// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension KubernetesServer {
  /// How long a server may take to come up: long, because the machine may be busy.
  private static let patience = Duration.seconds(120)

  /// Starts what does not run, on the data that there are, and waits until it is ready.
  public func start() async throws(RigError) {
    let running = processes.withLock { $0 }
    if running.apiServer?.isRunning != true {
      let server = try ServerProcess(apiServerCommand)
      processes.withLock { $0.apiServer = server }
    }
    try await waitUntilReady()
    if options.runsControllers, running.controllers?.isRunning != true {
      let controllers = try ServerProcess(controllersCommand)
      processes.withLock { $0.controllers = controllers }
    }
  }

  /// Waits until the server says that it is ready.
  public func waitUntilReady() async throws(RigError) {
    let end = ContinuousClock.now + Self.patience
    while true {
      let answer = try outcome(["get", "--raw", "/readyz", "--request-timeout=5s"])
      if answer.status == 0, answer.output == "ok" { return }
      let server = processes.withLock { $0.apiServer }
      if let server, !server.isRunning {
        throw RigError("the API server has ended by itself:\n\(server.lastWords())")
      }
      guard ContinuousClock.now < end else {
        throw RigError(
          "the API server is not ready: \(answer.errors)\n\(server?.lastWords() ?? "")")
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Ends the API server as kill -9 does. Its data stay: `start` brings it back.
  public func kill() async { await processes.withLock { $0.apiServer }?.kill() }

  /// Ends the API server in order, and kills it when watches that stay open keep it from ending.
  public func stop(patience: Duration = .seconds(3)) async {
    let running = processes.withLock { $0 }
    await running.controllers?.kill()
    await running.apiServer?.stop(patience: patience)
  }

  /// Lets the API server stand still without ending its connections; `resume` lets it go on.
  public func pause() { processes.withLock { $0.apiServer }?.pause() }
  public func resume() { processes.withLock { $0.apiServer }?.resume() }

  /// Ends the API server as kill -9 does, and starts it on the same data.
  public func restart() async throws(RigError) {
    await kill()
    try await start()
  }

  /// Ends everything at once. The object is of no use after that; its files go with it.
  public func shutDown() async {
    let running = processes.withLock { $0 }
    await running.controllers?.kill()
    await running.apiServer?.kill()
    await etcd.kill()
  }
}
