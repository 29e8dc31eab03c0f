// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// The node's BIRD: its files, its process, and how it is told of a new configuration.
///
/// BIRD runs in a session of its own and outlives the agent: an agent that starts adopts whoever
/// answers on the control socket. Ending BIRD leaves its routes in the kernel (`persist`).
/// Calls block for at most some seconds; run them where that does no harm.
public struct BirdDaemon: Sendable {
  /// What `apply` found and did.
  public enum Outcome: Sendable, Hashable {
    /// A BIRD was running with this configuration.
    case unchanged
    case started
    case reconfigured
  }

  public let program: String
  public let runDirectory: String
  public var socket: String { runDirectory + "/bird.ctl" }
  public var configurationFile: String { runDirectory + "/bird.cfg" }

  /// - Parameters:
  ///   - program: The `bird` of BIRD 2: a path, or a name that is looked up in PATH.
  ///   - runDirectory: Where configuration, control sockets and PID file live.
  public init(program: String = "bird", runDirectory: String) {
    self.program = program
    self.runDirectory = runDirectory
  }

  /// Makes the running BIRD use this configuration; starts one when none answers.
  ///
  /// The text is checked by BIRD before it replaces the old file; when BIRD refuses it (`refused`),
  /// the old file and the running configuration stay.
  public func apply(_ configuration: String) throws(RoutingError) -> Outcome {
    let known = (try? SmallFile.read(configurationFile, limit: 16 << 20)).map {
      String(decoding: $0, as: UTF8.self)
    }
    let changed = known != configuration
    if changed { try stage(configuration) }
    do throws(RoutingError) {
      var control = try BirdControl.connect(path: socket)
      guard changed else { return .unchanged }
      do throws(RoutingError) {
        _ = try control.send("configure \"\(stagedFile)\"")
      } catch {
        if case .refused = error { unlink(stagedFile) }
        throw error
      }
      // Only now: whoever stops in between, or hears no answer, finds the old file and does it again.
      try install()
      return .reconfigured
    } catch {
      guard case .notRunning = error else { throw error }
      if changed { try install() }
      try start()
      return .started
    }
  }

  /// Starts BIRD with the last configuration that it took, if none answers.
  ///
  /// Errors: `noConfiguration` when it never took one.
  public func keepRunning() throws(RoutingError) -> Outcome {
    do throws(RoutingError) {
      _ = try BirdControl.connect(path: socket)
      return .unchanged
    } catch {
      guard case .notRunning = error else { throw error }
      guard access(configurationFile, R_OK) == 0 else { throw .noConfiguration }
      try start()
      return .started
    }
  }

  /// Ends BIRD. Its routes stay in the kernel. No error when none runs.
  public func stop() throws(RoutingError) {
    do {
      var control = try BirdControl.connect(path: socket)
      _ = try control.send("down")
    } catch .notRunning {
      return
    }
  }

  private func start() throws(RoutingError) {
    unlink(socket)
    let arguments = [
      "-R", "-c", configurationFile, "-s", socket, "-P", runDirectory + "/bird.pid",
    ]
    let result = try run(arguments)
    guard result.status == 0 else {
      throw .cannotStart(program: program, reason: result.output)
    }
    // Tools that know two daemons find the same one under both names.
    let second = runDirectory + "/bird6.ctl"
    unlink(second)
    guard symlink("bird.ctl", second) == 0 else {
      throw .system(SystemCallError("symlink", second, code: errno))
    }
    let deadline = monotonicMilliseconds() + 5000
    while true {
      do {
        _ = try BirdControl.connect(path: socket)
        return
      } catch .notRunning where monotonicMilliseconds() < deadline {
        poll(nil, 0, 20)
      }
    }
  }

  private var stagedFile: String { configurationFile + ".new" }

  /// Writes the text beside the file in force, and has BIRD check it.
  private func stage(_ configuration: String) throws(RoutingError) {
    do throws(SystemCallError) {
      try SmallFile.write(stagedFile, configuration, mode: 0o600)
    } catch {
      throw .system(error)
    }
    let check = try run(["-p", "-c", stagedFile])
    guard check.status != 0 else { return }
    unlink(stagedFile)
    // A check that was ended from outside says nothing about the text.
    throw check.status < 128
      ? .refused(check.output)
      : .cannotStart(program: program, reason: "signal \(check.status - 128)")
  }

  /// Puts the staged file in force.
  private func install() throws(RoutingError) {
    do throws(SystemCallError) {
      try SmallFile.rename(stagedFile, to: configurationFile)
    } catch {
      throw .system(error)
    }
  }

  /// Runs `bird` until it exits or goes into the background, and collects what it says.
  private func run(_ arguments: [String]) throws(RoutingError) -> (status: Int32, output: String) {
    // A session of its own and no descriptors of ours: BIRD outlives the agent, and a listening
    // socket that it inherited would stay taken.
    let outcome: ChildProgram.Outcome
    do throws(ChildProgram.Failure) {
      outcome = try ChildProgram([program] + arguments).run(
        withErrors: true, milliseconds: Self.startLimit)
    } catch {
      switch error {
      case .notStarted(let error):
        throw .cannotStart(program: program, reason: errorText(error.code))
      case .stopped:
        throw .cannotStart(
          program: program, reason: "it did not end within \(Self.startLimit) ms")
      }
    }
    let text = String(decoding: outcome.output, as: UTF8.self)
    return (outcome.status, text.split(separator: "\n").joined(separator: "; "))
  }

  /// How long BIRD may take to check a file, or to go into the background, in milliseconds.
  private static let startLimit = 10_000
}
