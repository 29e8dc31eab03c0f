// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
import ValueTree

/// What an agent says first.
public struct AgentGreeting: Sendable, Hashable {
  /// The versions of the protocol that it speaks.
  public var versions: [Int64]
  /// Its node.
  public var node: String
  /// Its program and version, for people.
  public var software: String
  public var interest: Interest
  /// The compressions that it can undo, by name.
  public var compressions: [String]

  public init(
    node: String, software: String, interest: Interest = .everything,
    versions: [Int64] = [TyphaMessage.version],
    compressions: [String] = Compression.allCases.map(\.name)
  ) {
    self.versions = versions
    self.node = node
    self.software = software
    self.interest = interest
    self.compressions = compressions
  }

  var bytes: [UInt8] {
    JSON.bytes([
      "versions": .array(versions.map { .int($0) }), "node": .string(node),
      "software": .string(software), "interest": .string(interest.rawValue),
      "compressions": .array(compressions.map { .string($0) }),
    ])
  }

  init(_ body: ArraySlice<UInt8>) throws(TyphaProtocolError) {
    let reader = try GreetingReader(body, "an agent's greeting")
    versions = try reader.list("versions") { $0.int }
    node = try reader.text("node", limit: 253)
    software = try reader.text("software", limit: 253)
    // What is asked for in words of a newer version is a part of everything.
    interest = try Interest(rawValue: reader.text("interest", limit: 64)) ?? .everything
    compressions = try reader.list("compressions") { $0.string }
  }
}

/// What Typha answers.
public struct TyphaGreeting: Sendable, Hashable {
  /// The version of the protocol that both speak.
  public var version: Int64
  /// The host that it runs on, for people.
  public var host: String
  public var software: String
  /// How it compresses, by name.
  public var compression: Compression

  public init(version: Int64, host: String, software: String, compression: Compression) {
    self.version = version
    self.host = host
    self.software = software
    self.compression = compression
  }

  var bytes: [UInt8] {
    JSON.bytes([
      "version": .int(version), "host": .string(host), "software": .string(software),
      "compression": .string(compression.name),
    ])
  }

  init(_ body: ArraySlice<UInt8>) throws(TyphaProtocolError) {
    let reader = try GreetingReader(body, "Typha's greeting")
    version = try reader.number("version")
    host = try reader.text("host", limit: 253)
    software = try reader.text("software", limit: 253)
    let name = try reader.text("compression", limit: 64)
    guard let known = Compression.allCases.first(where: { $0.name == name }) else {
      throw TyphaProtocolError("Typha's greeting names the compression \(name.quoted)")
    }
    compression = known
  }
}

/// Why Typha is about to close a connection.
public struct Farewell: Sendable, Hashable {
  public enum Reason: String, Sendable, Hashable, CaseIterable {
    /// The agent's versions of the protocol are not spoken here.
    case version
    /// What the agent said was not understood.
    case misunderstood
    /// The agent took too long to take what there was.
    case tooSlow
    /// The certificate that the agent showed is not one that is let in.
    case unauthorized
    /// Other Typhas have fewer connections.
    case rebalancing
    case shutdown
    /// A reason of a newer version.
    case other
  }

  /// How many letters of the text are said: it may quote what somebody else said.
  private static let textLimit = 1024

  public var reason: Reason
  /// In words.
  public var text: String

  public init(_ reason: Reason, _ text: String) {
    self.reason = reason
    self.text = text
  }

  var bytes: [UInt8] {
    JSON.bytes(["reason": .string(reason.rawValue), "text": .string(text.cut(to: Self.textLimit))])
  }

  init(_ body: ArraySlice<UInt8>) throws(TyphaProtocolError) {
    let reader = try GreetingReader(body, "a farewell")
    reason = try Reason(rawValue: reader.text("reason", limit: 64)) ?? .other
    text = try reader.text("text", limit: TyphaMessage.agentLimit).cut(to: Self.textLimit)
  }
}

/// Asks whether the agent is there, and says how Typha's own source is.
public struct Ping: Sendable, Hashable {
  /// To be said back.
  public var number: Int64
  public var status: SyncStatus
  /// Milliseconds since the datastore was last heard of; nil when it never was.
  public var age: Int64?
  /// Whether the datastore is locked for a migration.
  public var isLocked: Bool

  public init(number: Int64, status: SyncStatus, age: Int64?, isLocked: Bool) {
    self.number = number
    self.status = status
    self.age = age
    self.isLocked = isLocked
  }

  var bytes: [UInt8] {
    JSON.bytes([
      "number": .int(number), "status": .string(status.rawValue),
      "age": age.map { .int($0) } ?? .null, "locked": .bool(isLocked),
    ])
  }

  init(_ body: ArraySlice<UInt8>) throws(TyphaProtocolError) {
    let reader = try GreetingReader(body, "a ping")
    number = try reader.number("number")
    // Another word is of a newer version; what it says more exactly is not in sync.
    status = try SyncStatus(rawValue: reader.text("status", limit: 64)) ?? .waitForDatastore
    age = reader["age"]?.int
    isLocked = reader["locked"]?.bool ?? false
  }
}
