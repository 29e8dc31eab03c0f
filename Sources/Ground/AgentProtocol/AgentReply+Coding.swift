// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension AgentReply {
  private enum Code {
    static let programmed: UInt8 = 1
    static let pending: UInt8 = 2
    static let failed: UInt8 = 3
    static let status: UInt8 = 4
  }

  /// The message with its length before it.
  func frame() throws(AgentProtocolError) -> [UInt8] {
    var writer: MessageWriter
    switch self {
    case .programmed:
      writer = MessageWriter(kind: Code.programmed)
    case .pending(let reason):
      writer = MessageWriter(kind: Code.pending)
      try writer.put(reason)
    case .failed(let reason):
      writer = MessageWriter(kind: Code.failed)
      try writer.put(reason)
    case .status(let entries):
      writer = MessageWriter(kind: Code.status)
      guard let count = UInt16(exactly: entries.count) else {
        throw AgentProtocolError("\(entries.count) lines of status are too many: at most 65535")
      }
      writer.put(count)
      for entry in entries {
        try writer.put(entry.key)
        try writer.put(entry.value)
      }
    }
    return try Frame.wrap(writer.body)
  }

  init(body: [UInt8]) throws(AgentProtocolError) {
    var reader = try MessageReader(body)
    switch reader.kind {
    case Code.programmed: self = .programmed
    case Code.pending: self = .pending(reason: try reader.string())
    case Code.failed: self = .failed(reason: try reader.string())
    case Code.status:
      var entries: [StatusEntry] = []
      for _ in 0..<(try reader.number()) {
        let key = try reader.string()
        entries.append(StatusEntry(key, try reader.string()))
      }
      self = .status(entries)
    default: throw AgentProtocolError("reply \(reader.kind) is not known")
    }
    try reader.finish()
  }
}
