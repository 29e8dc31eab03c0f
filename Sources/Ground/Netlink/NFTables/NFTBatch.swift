// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Changes that are made together or not at all.
public struct NFTBatch: Hashable, Sendable {
  public var messages: [NFTMessage]
  /// The state of the kernel that the changes are meant for; when it has another by then, nothing
  /// is done. `nil` does not care.
  public var generation: UInt32?

  public init(_ messages: [NFTMessage] = [], generation: UInt32? = nil) {
    self.messages = messages
    self.generation = generation
  }

  /// A batch as one datagram.
  struct Encoded: ~Copyable {
    var writer: NetlinkWriter
    /// The number of the message that opens the batch.
    var first: UInt32
    /// For each message after that one, which of `messages` it carries (a part of).
    var origins: [Int]

    /// The number of the last message that is not the closing one.
    var last: UInt32 { first &+ UInt32(truncatingIfNeeded: origins.count) }

    /// Which of `messages` a sequence number belongs to.
    func origin(of sequence: UInt32) -> Int? {
      let offset = Int(sequence &- first) - 1
      return origins.indices.contains(offset) ? origins[offset] : nil
    }
  }

  /// The batch as a datagram, for simulators and recordings. Element lists that are too long for
  /// one message are spread over several.
  public func bytes(firstSequence: UInt32 = 1) -> [UInt8] {
    encoded(firstSequence: firstSequence).writer.bytes
  }

  /// - Parameters:
  ///   - echoingHandles: The kernel is to send back what it made of new rules.
  ///   - echoingGeneration: It is to send back the new generation. It does when the first message
  ///     asks for an echo; so that one has few elements, and none is asked for where the echo is of
  ///     everything that is flushed.
  func encoded(
    firstSequence: UInt32, echoingHandles: Bool = false, echoingGeneration: Bool = false
  ) -> Encoded {
    var writer = NetlinkWriter(capacity: 64 << 10)
    var origins: [Int] = []
    let resource = NFTMessageType.subsystem
    writer.message(
      type: NFTMessageType.batchBegin, flags: .request, sequence: firstSequence
    ) { writer in
      writer.appendNetfilterHeader(family: 0, resource: resource)
      if let generation { writer.put(1, bigEndian: generation) }
    }
    for (index, message) in messages.enumerated() {
      var position: Int? = 0
      while let from = position {
        origins.append(index)
        var flags = message.flags.union(.request)
        let echoesGeneration = echoingGeneration && origins.count == 1 && !message.isSweeping
        if echoesGeneration { flags.insert(.echo) }
        if echoingHandles, case .newRule = message { flags.insert(.echo) }
        // One acknowledgement of the whole: one for each would overrun the receive buffer.
        let sequence = firstSequence &+ UInt32(truncatingIfNeeded: origins.count)
        let mark = writer.count
        var rest: Int?
        writer.message(type: message.type, flags: flags, sequence: sequence) { writer in
          rest = message.encode(
            into: &writer, elementsFrom: from,
            listLimit: echoesGeneration ? 1024 : NFTMessage.elementListLimit)
        }
        position = rest
        if position == nil, index == messages.count - 1 {
          writer.setFlags(flags.union(.acknowledge), ofMessageAt: mark)
        }
      }
    }
    writer.message(
      type: NFTMessageType.batchEnd, flags: .request,
      sequence: firstSequence &+ UInt32(truncatingIfNeeded: origins.count + 1)
    ) { $0.appendNetfilterHeader(family: 0, resource: resource) }
    return Encoded(writer: writer, first: firstSequence, origins: origins)
  }

  /// Reads a datagram. Throws when it is not a batch, or has a message that cannot be read.
  public init(decoding bytes: [UInt8]) throws(NetlinkError) {
    let operation = "read a batch"
    let parsed = NetlinkMessage.parse(bytes)
    guard let first = parsed.first, first.type == NFTMessageType.batchBegin,
      let last = parsed.last, last.type == NFTMessageType.batchEnd, parsed.count >= 2
    else { throw NetlinkError(operation, .malformed("it is not enclosed as a batch")) }
    generation = first.payload.dropping(4).attribute(1)?.loadBigEndian()
    messages = []
    for (index, message) in parsed.dropFirst().dropLast().enumerated() {
      guard let decoded = NFTMessage(message) else {
        throw NetlinkError(
          operation, .malformed("message \(index) of type \(message.type) cannot be read"))
      }
      messages.append(decoded)
    }
  }
}

extension NetlinkWriter {
  /// Changes the flags of a message that has been written, by where it begins.
  fileprivate mutating func setFlags(_ flags: NetlinkFlags, ofMessageAt position: Int) {
    overwrite(flags.rawValue, at: position + 6)
  }
}
