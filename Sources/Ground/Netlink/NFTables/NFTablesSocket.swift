// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The nf_tables of one network namespace.
///
/// Calls block until the kernel has answered. One socket belongs to one thread (or actor). A table
/// with the flag `owner` belongs to the socket that makes it.
public final class NFTablesSocket {
  let client: NetlinkClient
  /// The errno with which a batch of an older generation is refused (`ERESTART`).
  private static let restart: Int32 = 85

  /// Opens a socket, in another network namespace when one is given.
  public convenience init(in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    self.init(try NetlinkSocket(.netfilter, in: namespace))
  }

  /// Talks over a transport of one's own.
  public init(_ transport: any NetlinkTransport) { client = NetlinkClient(transport) }

  /// How events name changes made by this socket; 0 for a transport of one's own.
  public var portID: UInt32 { (client.transport as? NetlinkSocket)?.portID ?? 0 }

  /// The number of the kernel's state, which every batch that is applied changes.
  public func generation() throws(NetlinkError) -> UInt32 {
    let operation = "get the generation of nf_tables"
    let answers = try client.request(type: NFTMessageType.getGeneration, operation) {
      $0.appendNetfilterHeader(family: 0)
    }
    for answer in answers where answer.type == NFTMessageType.newGeneration {
      if let number: UInt32 = answer.payload.dropping(4).attribute(1)?.loadBigEndian() {
        return number
      }
    }
    throw NetlinkError(operation, .malformed("no generation in it"))
  }

  /// What has become of a batch.
  public struct Applied: Hashable, Sendable {
    /// The generation that the batch has made: when the next batch is for this one, nobody has
    /// changed anything in between. `nil` of an empty batch, and of one that begins with the
    /// deletion of a table or of all that is in a chain or set: then the kernel does not say.
    public var generation: UInt32?
    /// The handles of new rules by their places in the batch; only if they were asked for.
    public var handles: [Int: UInt64]

    public init(generation: UInt32? = nil, handles: [Int: UInt64] = [:]) {
      self.generation = generation
      self.handles = handles
    }
  }

  /// Makes all changes of a batch, or none. An empty batch does nothing.
  ///
  /// - Parameter echoingHandles: Whether to ask for the handles of new rules.
  @discardableResult
  public func apply(
    _ batch: NFTBatch, echoingHandles: Bool = false
  ) throws(NFTablesError) -> Applied {
    if batch.messages.isEmpty { return Applied() }
    let operation = "apply a batch of \(batch.messages.count) messages"
    // Room for messages that are split, at worst into one for each element.
    let elements = batch.messages.reduce(0) { sum, message in
      if case .newElements(_, let list) = message { return sum + list.count }
      if case .deleteElements(_, let list) = message { return sum + list.count }
      return sum
    }
    let first = client.takeSequences(batch.messages.count + elements + 2)
    let encoded = batch.encoded(
      firstSequence: first, echoingHandles: echoingHandles, echoingGeneration: true)
    do throws(NetlinkError) {
      try client.send(encoded.writer, operation)
    } catch {
      throw .failed(NetlinkError(operation, error.reason))
    }
    return try answers(to: batch, encoded, echoingHandles: echoingHandles, operation)
  }

  private func answers(
    to batch: NFTBatch, _ encoded: borrowing NFTBatch.Encoded, echoingHandles: Bool,
    _ operation: String
  ) throws(NFTablesError) -> Applied {
    var applied = Applied()
    var rejections: [NFTablesError.Rejection] = []
    var whole: NFTablesError?
    var isOver = false
    // Everything is queued when the call that sends returns. After a failure of the whole batch
    // there may be no further answer, so from then on nothing is waited for.
    while true {
      let received: [NetlinkMessage]?
      do throws(NetlinkError) {
        received = try client.receive(operation, wait: !isOver && whole == nil)
      } catch {
        throw .failed(error)
      }
      guard let received else { break }
      for message in received {
        guard let outcome = message.outcome else {
          if message.type == NFTMessageType.newRule, echoingHandles,
            let index = encoded.origin(of: message.sequence),
            case .newRule(let rule, _) = NFTMessage(message)
          {
            applied.handles[index] = rule.handle
          } else if message.type == NFTMessageType.newGeneration,
            message.sequence == encoded.first &+ 1
          {
            applied.generation = message.payload.dropping(4).attribute(1)?.loadBigEndian()
          }
          continue
        }
        if message.sequence == encoded.first {
          whole =
            outcome.code == Self.restart
            ? .stale
            : .failed(
              NetlinkError(operation, .refused(code: outcome.code, message: outcome.text)))
        } else if let index = encoded.origin(of: message.sequence) {
          if outcome.code != 0 {
            rejections.append(
              NFTablesError.Rejection(
                index: index, message: batch.messages[index], code: outcome.code,
                text: outcome.text))
          }
          if message.sequence == encoded.last { isOver = true }
        }
      }
    }
    if let whole, rejections.isEmpty { throw whole }
    if !rejections.isEmpty { throw .rejected(rejections) }
    return applied
  }
}
