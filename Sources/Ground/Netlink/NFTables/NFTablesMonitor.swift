// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What is heard of the tables.
public enum NFTablesEvent: Hashable, Sendable {
  /// A change; `portID` is the socket's that made it.
  case changed(NFTMessage, portID: UInt32)
  /// A batch is over: the new generation, and the thread that made it.
  case generation(UInt32, threadID: UInt32?, threadName: String?)

  init?(_ message: NetlinkMessage) {
    if message.type == NFTMessageType.newGeneration {
      let attributes = AttributeTable(message.payload.dropping(4), upTo: 3)
      guard let number = attributes.be32(1) else { return nil }
      self = .generation(
        number, threadID: attributes.be32(2), threadName: attributes.string(3))
    } else if let change = NFTMessage(message) {
      self = .changed(change, portID: message.portID)
    } else {
      return nil
    }
  }
}

/// Hears of every change of the tables of a network namespace, one's own included.
public final class NFTablesMonitor {
  private let client: NetlinkClient
  /// Becomes readable when there is something to receive; -1 for a transport of one's own.
  public let fileDescriptor: Int32
  /// `NFNLGRP_NFTABLES`.
  private static let group: UInt32 = 7

  public init(in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    let socket = try NetlinkSocket(.netfilter, in: namespace, timeoutMilliseconds: 0)
    try socket.join(group: Self.group)
    client = NetlinkClient(socket)
    fileDescriptor = socket.fileDescriptor
  }

  public init(_ transport: any NetlinkTransport) {
    client = NetlinkClient(transport)
    fileDescriptor = -1
  }

  /// The events of one datagram. Without `wait`, `nil` says that there is none now.
  ///
  /// - Throws: `overrun` when the kernel had to drop events: read everything anew.
  public func receive(wait: Bool) throws(NetlinkError) -> [NFTablesEvent]? {
    try client.receive("watch nf_tables", wait: wait)?.compactMap { NFTablesEvent($0) }
  }
}
