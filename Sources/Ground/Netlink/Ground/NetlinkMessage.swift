// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One received (or recorded) message: the fields of its header and what follows it.
public struct NetlinkMessage: Sendable {
  /// Message types below 16 belong to netlink itself (linux/netlink.h).
  enum Control {
    static let error: UInt16 = 2
    static let done: UInt16 = 3
  }

  static let headerLength = 16

  public let type: UInt16
  public let flags: NetlinkFlags
  public let sequence: UInt32
  /// Whose request this answers or was caused by; 0 is the kernel.
  public let portID: UInt32
  public let payload: NetlinkReader

  /// The messages of one datagram, up to the first that is not whole.
  public static func parse(_ datagram: [UInt8]) -> [NetlinkMessage] {
    let reader = NetlinkReader(datagram)
    var messages: [NetlinkMessage] = []
    var position = 0
    while let length: UInt32 = reader.load(position), length >= UInt32(headerLength),
      let type: UInt16 = reader.load(position + 4),
      let flags: UInt16 = reader.load(position + 6),
      let sequence: UInt32 = reader.load(position + 8),
      let portID: UInt32 = reader.load(position + 12),
      let payload = reader.slice(
        from: position + headerLength, count: Int(length) - headerLength)
    {
      messages.append(
        NetlinkMessage(
          type: type, flags: NetlinkFlags(rawValue: flags), sequence: sequence, portID: portID,
          payload: payload))
      position += (Int(length) + 3) & ~3
    }
    return messages
  }

  /// The answer that ends a request, as the kernel would send it: for simulators.
  ///
  /// - Parameter code: 0, or an errno.
  public static func acknowledgement(of sequence: UInt32, code: Int32 = 0) -> [UInt8] {
    var writer = NetlinkWriter(capacity: 64)
    writer.message(type: Control.error, flags: .capped, sequence: sequence) { writer in
      writer.append(0 - code)
      // The header of the request, of which only the number matters.
      writer.append(bytes: [UInt8](repeating: 0, count: headerLength))
    }
    return writer.bytes
  }

  /// The message that ends a dump, as the kernel would send it: for simulators.
  public static func endOfDump(_ sequence: UInt32) -> [UInt8] {
    var writer = NetlinkWriter(capacity: 64)
    writer.message(type: Control.done, flags: .multipart, sequence: sequence) { writer in
      writer.append(Int32(0))
    }
    return writer.bytes
  }

  /// What an error or a final message says: 0 or a positive errno, and the kernel's own words.
  /// `nil` for any other message.
  var outcome: (code: Int32, text: String?)? {
    guard type == Control.error || type == Control.done else { return nil }
    guard let raw: Int32 = payload.load() else {
      return type == Control.done ? (0, nil) : nil
    }
    // A negative errno; anything else is not an error the kernel has.
    let code: Int32 = raw < 0 && raw > -4096 ? -raw : (raw == 0 || type == Control.done ? 0 : 71)
    guard flags.contains(.acknowledgeAttributes) else { return (code, nil) }
    var attributes = payload.dropping(4)
    if type == Control.error {
      // The request's header, or the whole request, is quoted before the attributes.
      guard let quoted: UInt32 = attributes.load() else { return (code, nil) }
      let skip = flags.contains(.capped) ? Self.headerLength : (Int(quoted) + 3) & ~3
      attributes = attributes.dropping(skip)
    }
    return (code, attributes.attribute(1).map(\.string))
  }
}
