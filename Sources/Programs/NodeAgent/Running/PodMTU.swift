// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import HostSystem
import Logging
import Netlink
import Synchronization

/// Keeps the file from which the plugin takes the MTU of pods' interfaces: the smallest of the host's
/// interfaces by which packets of pods may leave (compatibility §4.9, "MTU auto-detect"). Those are
/// the ones with the node's addresses and those that are named as network cards are.
final class PodMTU: Sendable {
  /// The value that `mtuIfacePattern` has where nobody set it (compatibility §4.2).
  static let cards = "^((en|wl|ww|sl|ib)[Pcopsvx].*|(eth|wlan|wwan).*)"

  private struct State {
    var written: UInt32?
    /// The interfaces that counted the last time.
    var names: Set<String> = []
    var problem: String?
  }

  private let path: String
  private let addresses: Set<IPAddress>
  private let pattern: InterfacePattern?
  private let log: Logger
  private let state = Mutex(State())

  /// - Parameters:
  ///   - folder: Where the file `mtu` is.
  ///   - addresses: The node's.
  init(folder: String, addresses: Set<IPAddress>, log: Logger) {
    path = folder + "/mtu"
    self.addresses = addresses
    self.log = log
    pattern = try? InterfacePattern.compile(Self.cards).get()
  }

  /// The host's network has changed, perhaps: looks again if that may matter. It asks the kernel, so
  /// it is for a thread that may block.
  func take(_ changes: LinkWatcher.Changes) {
    if changes.areLost || changes.host { update() } else { linksChanged(changes.names) }
  }

  /// Interfaces have changed: looks again if any of them counts.
  private func linksChanged(_ names: Set<String>) {
    let known = state.withLock { $0.names }
    if names.contains(where: { known.contains($0) || pattern?.matches($0) == true }) { update() }
  }

  /// Looks at the host's interfaces and writes what follows, if it is new.
  private func update() {
    do throws(NetlinkError) {
      update(try HostNetwork.read())
    } catch {
      say("the MTU of pods' interfaces stays as it is: \(error)")
    }
  }

  func update(_ interfaces: [HostInterface]) {
    let counted = interfaces.filter { counts($0) }
    let old = state.withLock { state in
      state.names = Set(counted.map(\.name))
      return state.written
    }
    guard let smallest = counted.min(by: { ($0.mtu, $0.name) < ($1.mtu, $1.name) }) else {
      return say("no interface of the host tells the MTU of pods' interfaces")
    }
    // Somebody may have removed it since.
    if smallest.mtu == old, access(path, F_OK) == 0 {
      return state.withLock { $0.problem = nil }
    }
    do throws(SystemCallError) {
      try SmallFile.replace(path, with: "\(smallest.mtu)\n", mode: 0o644)
      log.info("new pods' interfaces get an MTU of \(smallest.mtu), as \(smallest.name) has")
      state.withLock { state in
        state.written = smallest.mtu
        state.problem = nil
      }
    } catch {
      say("\(error)")
    }
  }

  private func counts(_ interface: HostInterface) -> Bool {
    guard interface.isUp, (68...65535).contains(interface.mtu) else { return false }
    return pattern?.matches(interface.name) == true
      || interface.addresses.contains { addresses.contains($0.address) }
  }

  /// Says a problem once.
  private func say(_ problem: String) {
    let isNew = state.withLock { state in
      defer { state.problem = problem }
      return state.problem != problem
    }
    if isNew { log.warning("\(problem)") }
  }
}
