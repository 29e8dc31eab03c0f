// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import DesiredState

/// What BIRD says of itself and its sessions.
public struct BirdStatus: Sendable, Hashable {
  /// One BGP session.
  public struct Peer: Sendable, Hashable {
    public var address: IPAddress
    public var origin: BGPNeighbor.Origin
    /// `up`, `start`, `down` or `wait`.
    public var state: String
    /// A time of day, or a date when it is older than a day.
    public var since: String
    /// `Established`, `Connect`, `Active` and so on, with BIRD's last error.
    public var info: String

    /// Whether routes are exchanged.
    public var isEstablished: Bool { state == "up" && info.hasPrefix("Established") }

    /// The words of the operators' table.
    public var type: String {
      switch origin {
      case .mesh: "node-to-node mesh"
      case .global: "global"
      case .node: "node specific"
      }
    }
  }

  /// BIRD's version, such as `2.0.12`.
  public var version: String
  public var peers: [Peer]
  /// BIRD still waits for its peers after a restart; old routes stay meanwhile.
  public var gracefulRestart: Bool

  /// Asks the BIRD behind a control socket.
  public static func read(socket: String, timeout: Int = 5000) throws(RoutingError) -> BirdStatus {
    var control = try BirdControl.connect(path: socket, timeout: timeout)
    let status = try control.send("show status")
    let protocols = try control.send("show protocols")
    return BirdStatus(statusLines: status, protocolLines: protocols)
  }

  init(statusLines: [BirdControl.Line], protocolLines: [BirdControl.Line]) {
    version =
      statusLines.first { $0.code == 1000 }.map { String($0.text.split(separator: " ").last ?? "") }
      ?? ""
    gracefulRestart = statusLines.contains { $0.text.contains("Graceful restart recovery") }
    peers = protocolLines.compactMap { Self.peer($0) }
      .sorted { ($0.address, $0.origin.rawValue) < ($1.address, $1.origin.rawValue) }
  }

  /// Reads `Mesh_10_0_0_2 BGP --- up 12:00:01 Established`; other protocols are none of ours.
  private static func peer(_ line: BirdControl.Line) -> Peer? {
    guard line.code == 1002 else { return nil }
    let words = line.text.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count >= 5, words[1] == "BGP" else { return nil }
    guard let (origin, address) = origin(ofProtocol: String(words[0])) else { return nil }
    return Peer(
      address: address, origin: origin, state: String(words[3]), since: String(words[4]),
      info: words.dropFirst(5).joined(separator: " "))
  }

  /// The session that a protocol's name stands for: the reverse of `BGPNeighbor.protocolName`.
  /// `nil` for names that are none of ours.
  public static func origin(ofProtocol protocolName: String) -> (BGPNeighbor.Origin, IPAddress)? {
    guard let cut = protocolName.firstIndex(of: "_"),
      let origin = BGPNeighbor.Origin(rawValue: String(protocolName[..<cut]))
    else { return nil }
    var rest = protocolName[protocolName.index(after: cut)...]
    if let port = rest.firstRange(of: "_port_") { rest = rest[..<port.lowerBound] }
    for separator: Character in [".", ":"] {
      if let address = IPAddress(String(rest.map { $0 == "_" ? separator : $0 })) {
        return (origin, address)
      }
    }
    return nil
  }
}
