// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Netlink

/// The sockets of one round of probes.
struct Bench {
  /// Marks the packets of this round.
  let round: UInt16
  private var tries: [Try] = []
  /// A socket serves all probes that have this end.
  private var datagrams: [End: LabSocket] = [:]
  private var listeners: [End: LabSocket] = [:]
  private var raw: [End: LabSocket] = [:]
  /// How many packets of each probe have been received.
  private(set) var arrivals: [Int: Int] = [:]
  private var icmpSockets: [ObjectIdentifier: (LabSocket, IPFamily)] = [:]

  private struct End: Hashable {
    var place: ObjectIdentifier
    var address: IPAddress
    var port: UInt16
  }

  private struct Try {
    var probe: LabProbe
    var source: LabSocket
    var destination: LabSocket
  }

  init(round: UInt16) { self.round = round }

  /// Opens what a probe needs; probes come by their numbers, from 0.
  mutating func prepare(
    _ probe: LabProbe, _ index: Int, _ source: PacketLab.Place, _ destination: PacketLab.Place
  ) throws {
    let from = End(
      place: ObjectIdentifier(source), address: probe.source, port: probe.sourcePort)
    let to = End(
      place: ObjectIdentifier(destination), address: probe.destination, port: probe.destinationPort)
    switch probe.transport {
    case .udp:
      tries.append(
        Try(
          probe: probe, source: try datagram(from, source),
          destination: try datagram(to, destination)))
    case .tcp:
      let client = try source.namespace.enter { try Self.stream(from) }
      client.resetOnClose()
      tries.append(
        Try(probe: probe, source: client, destination: try listener(to, destination)))
    case .icmp, .icmpv6:
      guard let receiver = destination.icmp[to.address.family] else {
        throw LabError("no socket for ICMP")
      }
      icmpSockets[ObjectIdentifier(receiver)] = (receiver, to.address.family)
      tries.append(
        Try(probe: probe, source: try rawSocket(from, source), destination: receiver))
    default: throw LabError("protocol \(probe.transport) cannot be sent")
    }
  }

  private mutating func datagram(_ end: End, _ place: PacketLab.Place) throws -> LabSocket {
    if let socket = datagrams[end] { return socket }
    let socket = try place.namespace.enter {
      let socket = try LabSocket(end.address.family, SOCK_DGRAM)
      try socket.bind(end.address, end.port)
      return socket
    }
    datagrams[end] = socket
    return socket
  }

  private static func stream(_ end: End) throws -> LabSocket {
    let socket = try LabSocket(end.address.family, SOCK_STREAM)
    // A listener and connections to elsewhere may share a port.
    socket.set(SOL_SOCKET, SO_REUSEPORT, 1)
    try socket.bind(end.address, end.port)
    return socket
  }

  private mutating func listener(_ end: End, _ place: PacketLab.Place) throws -> LabSocket {
    if let socket = listeners[end] { return socket }
    let socket = try place.namespace.enter {
      let socket = try Self.stream(end)
      try socket.listen()
      return socket
    }
    listeners[end] = socket
    return socket
  }

  private mutating func rawSocket(_ end: End, _ place: PacketLab.Place) throws -> LabSocket {
    if let socket = raw[end] { return socket }
    let family = end.address.family
    let socket = try place.namespace.enter {
      let socket = try LabSocket(
        family, SOCK_RAW, transport: family == .v4 ? .icmp : .icmpv6)
      try socket.bind(end.address)
      return socket
    }
    raw[end] = socket
    return socket
  }

  // MARK: - Packets

  func send(_ index: Int) throws {
    let item = tries[index]
    let probe = item.probe
    switch probe.transport {
    case .udp: try item.source.send(tag(index), to: probe.destination, probe.destinationPort)
    case .tcp: try item.source.connect(probe.destination, probe.destinationPort)
    default: try item.source.send(message(probe, index), to: probe.destination)
    }
  }

  /// The round and the probe's number.
  func tag(_ index: Int) -> [UInt8] {
    [UInt8(round >> 8), UInt8(round & 0xff), UInt8(index >> 8 & 0xff), UInt8(index & 0xff)]
  }

  /// An ICMP message that has the tag for its identifier and sequence number.
  private func message(_ probe: LabProbe, _ index: Int) -> [UInt8] {
    var bytes: [UInt8] = [probe.icmpType, probe.icmpCode, 0, 0] + tag(index)
    // Timestamps, or an address mask.
    bytes += [UInt8](repeating: 0, count: 12)
    // The kernel fills in the checksum of ICMPv6 alone.
    guard probe.transport == .icmp else { return bytes }
    var sum: UInt32 = 0
    for start in stride(from: 0, to: bytes.count, by: 2) {
      sum += UInt32(bytes[start]) << 8 | UInt32(bytes[start + 1])
    }
    while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
    (bytes[2], bytes[3]) = (UInt8(~sum >> 8 & 0xff), UInt8(~sum & 0xff))
    return bytes
  }

  /// Whether a probe has arrived, now that everything has had its time.
  mutating func hasArrived(_ index: Int) throws -> Bool {
    if index == 0 { collect() }
    let item = tries[index]
    if item.probe.transport == .tcp { return try item.source.isConnected() }
    return arrivals[index] != nil
  }

  /// Takes what has been received.
  mutating func collect() {
    for socket in datagrams.values {
      while let bytes = socket.receive() {
        if let index = index(bytes[...]), tries[index].destination === socket {
          arrivals[index, default: 0] += 1
        }
      }
    }
    for (socket, family) in icmpSockets.values {
      while let packet = socket.receive() {
        // Of IPv4 the header is there too.
        let skip = family == .v4 ? Int(packet.first ?? 0) & 15 * 4 : 0
        let bytes = packet.dropFirst(skip)
        guard bytes.count >= 8, let index = index(bytes.dropFirst(4)) else { continue }
        let item = tries[index]
        if item.destination === socket,
          Array(bytes.prefix(2)) == [item.probe.icmpType, item.probe.icmpCode]
        {
          arrivals[index, default: 0] += 1
        }
      }
    }
  }

  private func index(_ bytes: ArraySlice<UInt8>) -> Int? {
    let bytes = Array(bytes.prefix(4))
    guard bytes.count == 4, Array(bytes.prefix(2)) == Array(tag(0).prefix(2)) else { return nil }
    let index = Int(bytes[2]) << 8 | Int(bytes[3])
    return tries.indices.contains(index) ? index : nil
  }
}
