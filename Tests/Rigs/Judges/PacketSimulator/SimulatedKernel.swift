// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Addressing
import HostSystem
public import Netlink

/// Stands in for the kernel's nf_tables: takes batches as they are sent and refuses what the kernel
/// refuses, lists what it holds, and says what becomes of a packet.
///
/// Simulated is what policy needs: tables of all families for their IP packets, base chains,
/// named and unnamed sets and verdict maps, single-field intervals, dynamic sets. Not simulated and
/// refused or an error: intervals over several fields, flowtables, named objects, time (elements do
/// not age). One object belongs to one thread.
public final class SimulatedKernel: NetlinkTransport {
  public private(set) var ruleset = Ruleset()
  /// Changes with every batch that is applied.
  public private(set) var generation: UInt32 = 1
  /// Batches that were applied.
  public private(set) var applied = 0
  /// Batches of which something was refused, with the refusals in words.
  public private(set) var refused: [String] = []
  /// Every batch that was sent, as bytes.
  public private(set) var recording: [[UInt8]] = []
  /// Whether to keep them.
  public var isRecording = false
  /// Called after every batch that was applied: packets may be judged then.
  public var afterBatch: (() -> Void)?
  /// The interface by which an address is reached; nil for none.
  public var route: (_ to: IPAddress) -> String? = { _ in nil }
  private var answers: [[UInt8]] = []

  /// Of nfnetlink and its subsystem nf_tables (linux/netfilter/nfnetlink.h, nf_tables.h).
  private enum Request {
    static let batch: UInt16 = 16
    static let getTable: UInt16 = 0xa01
    static let getChain: UInt16 = 0xa04
    static let getRule: UInt16 = 0xa07
    static let getSet: UInt16 = 0xa0a
    static let getElement: UInt16 = 0xa0d
    static let newGeneration: UInt16 = 0xa0f
    static let getGeneration: UInt16 = 0xa10
  }

  public init() {}

  // MARK: - The socket

  public func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {
    let datagram = [UInt8](bytes)
    let messages = NetlinkMessage.parse(datagram)
    guard let first = messages.first else { return }
    if first.type == Request.batch {
      if isRecording { recording.append(datagram) }
      take(datagram, messages)
    } else {
      for message in messages { answer(message) }
    }
  }

  public func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? {
    answers.isEmpty ? nil : answers.removeFirst()
  }

  /// Takes a batch by itself; what is refused of it, by the message's place.
  public func apply(_ batch: NFTBatch) -> Ruleset.Refusals {
    let refusals = ruleset.apply(batch.messages)
    if refusals.isEmpty {
      generation &+= 1
      applied += 1
      afterBatch?()
    } else {
      let words = refusals.sorted { $0.key < $1.key }.map { index, code in
        "\(batch.messages[index]): \(errorText(code))"
      }
      refused.append(words.joined(separator: "; "))
    }
    return refusals
  }

  private func take(_ datagram: [UInt8], _ messages: [NetlinkMessage]) {
    let batch: NFTBatch
    do throws(NetlinkError) {
      batch = try NFTBatch(decoding: datagram)
    } catch {
      answers.append(NetlinkMessage.acknowledgement(of: messages[0].sequence, code: EINVAL))
      refused.append("\(error)")
      return
    }
    if let wanted = batch.generation, wanted != generation {
      answers.append(NetlinkMessage.acknowledgement(of: messages[0].sequence, code: 85))
      return
    }
    let refusals = apply(batch)
    for (index, message) in messages.dropFirst().dropLast().enumerated() {
      let code = refusals[index] ?? 0
      if message.flags.contains(.echo), index == 0, refusals.isEmpty {
        answers.append(generationMessage(message.sequence))
      }
      if code != 0 || message.flags.contains(.acknowledge) {
        answers.append(NetlinkMessage.acknowledgement(of: message.sequence, code: code))
      }
    }
  }

  private func generationMessage(_ sequence: UInt32) -> [UInt8] {
    var writer = NetlinkWriter(capacity: 64)
    writer.message(type: Request.newGeneration, flags: [], sequence: sequence) { writer in
      // The header of nfnetlink: no family, version 0, no resource.
      writer.append(UInt32(0))
      writer.put(1, bigEndian: generation)
    }
    return writer.bytes
  }

  // MARK: - Reading

  private func answer(_ message: NetlinkMessage) {
    let sequence = message.sequence
    guard message.flags.contains(.dump) else {
      if message.type == Request.getGeneration {
        answers.append(generationMessage(sequence))
        answers.append(NetlinkMessage.acknowledgement(of: sequence))
      } else {
        answers.append(NetlinkMessage.acknowledgement(of: sequence, code: EOPNOTSUPP))
      }
      return
    }
    let family: UInt8 = message.payload.load(0) ?? 0
    let attributes = message.payload.dropping(4)
    let table = attributes.attribute(1)?.string
    let name = attributes.attribute(2)?.string
    let asked = ruleset.tables.values.filter { candidate in
      (family == 0 || candidate.definition.id.family.rawValue == family)
        && (table == nil || candidate.definition.id.name == table)
    }
    var found: [NFTMessage] = []
    switch message.type {
    case Request.getTable: found = asked.map { .newTable($0.definition) }
    case Request.getChain:
      found = asked.flatMap { $0.chains.values.map { .newChain($0.definition) } }
    case Request.getSet: found = asked.flatMap { $0.sets.values.map { .newSet($0.definition) } }
    case Request.getRule:
      let chains = asked.flatMap {
        $0.chains.values.filter { name == nil || $0.definition.name == name }
      }
      found = chains.flatMap { $0.rules.map { .newRule($0, .last) } }
    case Request.getElement:
      guard let set = asked.compactMap({ $0.sets[name ?? ""] }).first else {
        answers.append(NetlinkMessage.acknowledgement(of: sequence, code: ENOENT))
        return
      }
      let elements = set.all
      // As many as surely fit in one message.
      for start in stride(from: 0, to: elements.count, by: 200) {
        let part = Array(elements[start..<min(start + 200, elements.count)])
        found.append(.newElements(NFTSetID(set.definition.table, set.definition.name), part))
      }
    default:
      answers.append(NetlinkMessage.acknowledgement(of: sequence, code: EOPNOTSUPP))
      return
    }
    answers += found.map { $0.bytes(sequence: sequence) }
    answers.append(NetlinkMessage.endOfDump(sequence))
  }

  // MARK: - Packets

  /// What becomes of a packet at these hooks, one after the other. Counters and dynamic sets
  /// change.
  public func judge(
    _ packet: Packet, at hooks: [NFTHook.Point]
  ) throws(SimulationError) -> PacketOutcome {
    var run = PacketRun(ruleset: ruleset, packet: packet, route: route)
    // The run has the only copy, so that counting does not copy the tables.
    ruleset = Ruleset()
    defer { ruleset = run.ruleset }
    return try run.go(through: hooks)
  }

  /// A packet that passes through.
  public func forward(_ packet: Packet) throws(SimulationError) -> PacketOutcome {
    try judge(packet, at: [.prerouting, .forward, .postrouting])
  }

  /// A packet for the host itself.
  public func deliver(_ packet: Packet) throws(SimulationError) -> PacketOutcome {
    try judge(packet, at: [.prerouting, .input])
  }

  /// A packet from the host itself.
  public func emit(_ packet: Packet) throws(SimulationError) -> PacketOutcome {
    try judge(packet, at: [.output, .postrouting])
  }
}
