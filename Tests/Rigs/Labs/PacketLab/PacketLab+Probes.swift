// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Glibc
import Netlink

extension PacketLab {
  /// How long a packet that must arrive is waited for.
  public static let patience: Int32 = 10_000
  private static let controlPort: UInt16 = 9999

  /// Tries all probes at once; which arrive, in their order.
  ///
  /// What has not arrived when packets that were sent later have is lost: `controls` are pairs of
  /// addresses between which everything is allowed, so that together they go every way that a probe
  /// may go. A control packet that is lost is an error, after `patienceMilliseconds`.
  public func judge(
    _ probes: [LabProbe], controls: [(from: IPAddress, to: IPAddress)],
    patienceMilliseconds: Int32 = patience
  ) throws -> [Bool] {
    var verdicts: [LabProbe: Bool] = [:]
    // A connection's answer would be taken for that of the same connection the other way round.
    var waves: [Set<LabProbe>] = []
    for probe in probes where verdicts[probe] == nil {
      verdicts[probe] = false
      if let free = waves.firstIndex(where: { !$0.contains(probe.reversed) }) {
        waves[free].insert(probe)
      } else {
        waves.append([probe])
      }
    }
    if waves.isEmpty { try passControls(controls, patienceMilliseconds) }
    for wave in waves {
      let list = Array(wave)
      for (probe, verdict) in zip(list, try run(list, controls, patienceMilliseconds)) {
        verdicts[probe] = verdict
      }
    }
    return probes.map { verdicts[$0] ?? false }
  }

  private func place(of address: IPAddress) throws -> Place {
    if let pod = podOf[address], let place = pods[pod] { return place }
    for (node, addresses) in nodeAddresses where addresses[address.family] == address {
      if let place = nodes[node] { return place }
    }
    guard let outside else { throw LabError("the lab has not been started") }
    return outside
  }

  private func run(
    _ probes: [LabProbe], _ controls: [(from: IPAddress, to: IPAddress)], _ patience: Int32
  ) throws -> [Bool] {
    round &+= 1
    var bench = Bench(round: round)
    for (index, probe) in probes.enumerated() {
      let (source, destination) = (
        try place(of: probe.source), try place(of: probe.destination)
      )
      try bench.prepare(probe, index, source, destination)
    }
    for index in probes.indices { try bench.send(index) }
    defer { for index in probes.indices { forget(probes[index], bench.tag(index)) } }
    // There; the answer back; and once more, as the answer may have waited behind the second.
    for _ in 0..<3 { try passControls(controls, patience) }
    return try probes.indices.map { try bench.hasArrived($0) }
  }

  /// Makes the nodes forget a connection, so that its ends can be used for a new one.
  ///
  /// By its own entry: to go through all entries takes a kernel with a large table 10 ms.
  private func forget(_ probe: LabProbe, _ tag: [UInt8]) {
    for node in nodes.values {
      // That there is none, or no longer, is as good.
      _ = try? node.connections.request(type: 0x102, "forget \(probe)") { writer in
        let isIPv4 = probe.source.family == .v4
        writer.append(UInt8(isIPv4 ? AF_INET : AF_INET6))
        writer.append(UInt8(0))
        writer.append(UInt16(0))
        // CTA_TUPLE_ORIG and what is in it, of linux/netfilter/nfnetlink_conntrack.h.
        writer.nested(1) { writer in
          writer.nested(1) { writer in
            writer.put(isIPv4 ? 1 : 3, bytes: probe.source.networkBytes)
            writer.put(isIPv4 ? 2 : 4, bytes: probe.destination.networkBytes)
          }
          writer.nested(2) { writer in
            writer.put(1, probe.transport.rawValue)
            switch probe.transport {
            case .icmp, .icmpv6:
              let first: UInt16 = isIPv4 ? 4 : 7
              writer.put(first, bytes: tag.prefix(2))
              writer.put(first + 1, probe.icmpType)
              writer.put(first + 2, probe.icmpCode)
            default:
              writer.put(2, bigEndian: probe.sourcePort)
              writer.put(3, bigEndian: probe.destinationPort)
            }
          }
        }
      }
    }
  }

  /// Sends a packet each way and waits until all have arrived.
  private func passControls(
    _ controls: [(from: IPAddress, to: IPAddress)], _ patience: Int32 = patience
  ) throws {
    var receivers: [(LabSocket, IPAddress, IPAddress)] = []
    var senders: [LabSocket] = []
    for (from, to) in controls {
      let port = Self.controlPort &+ UInt16(truncatingIfNeeded: receivers.count)
      let probe = LabProbe(.udp, from: from, port: port, to: to, port: port)
      forget(probe, [])
      receivers.append(
        (
          try place(of: to).namespace.enter {
            let socket = try LabSocket(to.family, SOCK_DGRAM)
            try socket.bind(to, port)
            return socket
          }, from, to
        ))
      let sender = try place(of: from).namespace.enter {
        let socket = try LabSocket(from.family, SOCK_DGRAM)
        try socket.bind(from, port)
        return socket
      }
      senders.append(sender)
      try sender.send([1], to: to, port)
    }
    for (socket, from, to) in receivers where !socket.wait(milliseconds: patience) {
      throw LabError("the control packet from \(from) to \(to) is lost")
    }
  }

  /// Sends so many datagrams of each flow, one flow after the other, over and over; how many of
  /// each arrive. For UDP, and while somebody else changes what the nodes do.
  ///
  /// As nothing is answered, every packet is the first of its connection to the rules.
  public func stream(
    _ flows: [LabProbe], count: Int, controls: [(from: IPAddress, to: IPAddress)]
  ) throws -> [Int] {
    round &+= 1
    var bench = Bench(round: round)
    for (index, flow) in flows.enumerated() {
      try bench.prepare(flow, index, try place(of: flow.source), try place(of: flow.destination))
    }
    defer { for (index, flow) in flows.enumerated() { forget(flow, bench.tag(index)) } }
    for _ in 0..<count {
      for index in flows.indices { try bench.send(index) }
      bench.collect()
    }
    try passControls(controls)
    bench.collect()
    return flows.indices.map { bench.arrivals[$0] ?? 0 }
  }

  /// Sends a datagram and has it answered: from then on the nodes take it for a connection.
  public func exchange(_ probe: LabProbe) throws {
    let (near, far) = (
      try datagram(at: probe, isSource: true), try datagram(at: probe, isSource: false)
    )
    try near.send([1], to: probe.destination, probe.destinationPort)
    guard far.wait(milliseconds: Self.patience) else { throw LabError("\(probe) is lost") }
    try far.send([2], to: probe.source, probe.sourcePort)
    guard near.wait(milliseconds: Self.patience) else {
      throw LabError("the answer to \(probe) is lost")
    }
  }

  /// Sends one more datagram on a connection; whether it arrives.
  public func again(
    _ probe: LabProbe, controls: [(from: IPAddress, to: IPAddress)]
  ) throws -> Bool {
    let (near, far) = (
      try datagram(at: probe, isSource: true), try datagram(at: probe, isSource: false)
    )
    try near.send([3], to: probe.destination, probe.destinationPort)
    try passControls(controls)
    return far.receive() == [3]
  }

  private func datagram(at probe: LabProbe, isSource: Bool) throws -> LabSocket {
    let address = isSource ? probe.source : probe.destination
    return try place(of: address).namespace.enter {
      let socket = try LabSocket(address.family, SOCK_DGRAM)
      try socket.bind(address, isSource ? probe.sourcePort : probe.destinationPort)
      return socket
    }
  }
}
