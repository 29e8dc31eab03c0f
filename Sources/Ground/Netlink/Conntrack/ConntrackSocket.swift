// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Glibc

/// The connections that a network namespace tracks (ctnetlink).
///
/// Calls block until the kernel has answered. One socket belongs to one thread (or actor).
public final class ConntrackSocket {
  private let client: NetlinkClient

  /// `IPCTNL_MSG_CT_*` of linux/netfilter/nfnetlink_conntrack.h.
  private enum MessageType {
    static let new: UInt16 = 0x100
    static let get: UInt16 = 0x101
    static let delete: UInt16 = 0x102
    static let getStatistics: UInt16 = 0x105
  }

  /// Opens a socket, in another network namespace when one is given.
  public convenience init(in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    self.init(try NetlinkSocket(.netfilter, in: namespace))
  }

  /// Talks over a transport of one's own.
  public init(_ transport: any NetlinkTransport) { client = NetlinkClient(transport) }

  /// Which entries to list; the kernel sorts them out.
  public struct Filter: Hashable, Sendable {
    public var family: IPFamily?
    /// Entries whose mark, masked, is this.
    public var mark: (value: UInt32, mask: UInt32)?

    public init(family: IPFamily? = nil, mark: (value: UInt32, mask: UInt32)? = nil) {
      self.family = family
      self.mark = mark
    }

    public static func == (a: Filter, b: Filter) -> Bool {
      a.family == b.family && a.mark?.value == b.mark?.value && a.mark?.mask == b.mark?.mask
    }

    public func hash(into hasher: inout Hasher) {
      hasher.combine(family)
      hasher.combine(mark?.value)
      hasher.combine(mark?.mask)
    }
  }

  /// Entries, as they are met while the table may be changing.
  public func entries(_ filter: Filter = Filter()) throws(NetlinkError) -> [ConntrackEntry] {
    var found: [ConntrackEntry] = []
    try forEach(filter) { entry, _ in found.append(entry) }
    return found
  }

  /// Deletes the entries that a predicate picks, and returns how many there were. Their next
  /// packet is the first of a new connection.
  @discardableResult
  public func delete(
    _ filter: Filter = Filter(), where picks: (ConntrackEntry) -> Bool
  ) throws(NetlinkError) -> Int {
    var picked: [(entry: ConntrackEntry, tuple: [UInt8])] = []
    try forEach(filter) { entry, payload in
      guard picks(entry), let tuple = payload.attribute(1)?.bytes else { return }
      picked.append((entry, tuple))
    }
    var deleted = 0
    for (entry, tuple) in picked {
      do throws(NetlinkError) {
        try client.request(type: MessageType.delete, "delete a tracked connection") { writer in
          writer.appendNetfilterHeader(family: entry.family.addressFamily)
          writer.nested(1) { $0.append(bytes: tuple) }
          // With the number it is this entry, not a newer one with the same ends.
          if let id = entry.id { writer.put(12, bigEndian: id) }
          if entry.zone != 0 { writer.put(18, bigEndian: entry.zone) }
        }
        deleted += 1
      } catch {
        // It ended by itself meanwhile.
        if error.code != ENOENT { throw error }
      }
    }
    return deleted
  }

  /// Deletes the entries that any of these addresses is an end of, in either direction.
  @discardableResult
  public func deleteEntries(involving addresses: Set<IPAddress>) throws(NetlinkError) -> Int {
    if addresses.isEmpty { return 0 }
    let families = Set(addresses.map(\.family))
    let filter = Filter(family: families.count == 1 ? families.first : nil)
    return try delete(filter) { entry in
      addresses.contains(entry.original.source) || addresses.contains(entry.original.destination)
        || addresses.contains(entry.reply.source) || addresses.contains(entry.reply.destination)
    }
  }

  /// How many connections are tracked.
  public func count() throws(NetlinkError) -> Int {
    let operation = "count the tracked connections"
    let answers = try client.request(type: MessageType.getStatistics, operation) {
      $0.appendNetfilterHeader(family: 0)
    }
    for answer in answers {
      // CTA_STATS_GLOBAL_ENTRIES.
      if let number: UInt32 = answer.payload.dropping(4).attribute(1)?.loadBigEndian() {
        return Int(number)
      }
    }
    throw NetlinkError(operation, .malformed("no number in it"))
  }

  private func forEach(
    _ filter: Filter, _ body: (ConntrackEntry, NetlinkReader) -> Void
  ) throws(NetlinkError) {
    let operation = "list the tracked connections"
    // Entries come and go all the time: a second attempt would be no more settled.
    _ = try client.dumpOnce(
      type: MessageType.get, operation,
      { writer in
        writer.appendNetfilterHeader(family: filter.family?.addressFamily ?? 0)
        if let mark = filter.mark {
          writer.put(8, bigEndian: mark.value)
          writer.put(21, bigEndian: mark.mask)
        }
      }
    ) { message in
      guard message.type == MessageType.new, let entry = ConntrackEntry(message.payload) else {
        return
      }
      if let family = filter.family, entry.family != family { return }
      body(entry, message.payload.dropping(4))
    }
  }
}
