// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyModel
import Resources
import SyncModel
import Testing

@testable import SyncCoding

/// Hears what a type declares.
private struct FieldCollector: CodingVisitor {
  typealias Failure = Never

  static var isReading: Bool { false }
  var impliedNode = ""
  /// In their order.
  var numbers: [Int] = []
  /// Properties, each once.
  var names: [String] = []

  private mutating func add(_ name: StaticString) {
    let property = "\(name)".split(separator: ".").first.map(String.init) ?? ""
    if names.last != property { names.append(property) }
  }

  mutating func field<C: FieldCoder>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ value: inout C.Value,
    _ coder: C
  ) {
    numbers.append(number)
    add(name)
  }

  mutating func structure<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ value: inout T
  ) {
    numbers.append(number)
    add(name)
  }

  mutating func structures<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ values: inout [T]
  ) {
    numbers.append(number)
    add(name)
  }

  mutating func shared<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ values: inout [T]
  ) {
    numbers.append(number)
    add(name)
  }

  mutating func group<T: Coded>(_ name: StaticString, _ value: inout T) { add(name) }
}

/// A type with all that it declares; `derived` follows from the rest.
private struct Declaration {
  var type: String
  var number: Int
  var title: String
  var numbers: [Int]
  var declared: [String]
  var stored: [String]

  init<T: Coded>(_ type: T.Type, derived: [String] = []) {
    var collector = FieldCollector()
    var value = T.blank
    value.visit(&collector)
    self.type = "\(T.self)"
    number = T.number
    title = T.title
    numbers = collector.numbers
    declared = collector.names
    stored = Mirror(reflecting: T.blank).children.compactMap(\.label).filter {
      !derived.contains($0)
    }
  }
}

@Suite("Every property is declared")
struct DeclarationTests {
  private static let all = [
    Declaration(WorkloadEndpointID.self), Declaration(SyncWorkloadEndpoint.self),
    Declaration(SyncEndpointPort.self), Declaration(SyncHostEndpoint.self),
    Declaration(NetworkSetID.self), Declaration(SyncNetworkSet.self), Declaration(PolicyID.self),
    Declaration(SyncPolicy.self), Declaration(SyncTier.self), Declaration(SyncProfile.self),
    Declaration(SyncRule.self), Declaration(SyncMatch.self), Declaration(SelectorNames.self),
    Declaration(SyncPool.self), Declaration(SyncNode.self), Declaration(SyncBlock.self),
    Declaration(SyncBGPPeer.self), Declaration(SyncBGPConfiguration.self),
    Declaration(SyncFelixConfiguration.self), Declaration(ObjectFindings.self),
    Declaration(ResourceKey.self), Declaration(ConversionProblem.self),
    // How many are kept follows from those that are.
    Declaration(Asks.self, derived: ["kept"]), Declaration(Asks.Ask.self),
    Declaration(ItemName.self), Declaration(ItemNetwork.self), Declaration(Nothing.self),
    Declaration(StatusItem.self), Declaration(UnknownItem.self),
  ]

  @Test("what a type stores is what it declares, by name")
  func properties() {
    for declaration in Self.all {
      #expect(declaration.declared == declaration.stored, "\(declaration.type)")
    }
  }

  @Test("values that have a coder of their own have the properties that it writes")
  func leaves() throws {
    func stored(_ value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }
    let address = IPAddress(v4: 1)
    #expect(stored(ICMPMatch(type: 1)) == ["type", "code"])
    #expect(stored(address) == ["family", "bits"])
    #expect(stored(CIDR(host: address)) == ["address", "prefixLength"])
    #expect(stored(try #require(InterfaceAddress("10.0.0.1/8"))) == ["address", "prefixLength"])
    #expect(stored(try #require(MACAddress(bits: 1))) == ["bits"])
    #expect(stored(PortRange.all) == ["first", "last"])
    #expect(stored(IPProtocol.tcp) == ["rawValue"])
    #expect(stored(UnknownUpdateID(kind: 1, name: "")) == ["kind", "name"])
    // Status and whether it is new are one item (`StatusItem`).
    #expect(
      stored(UpdateBatch(status: .inSync, isStatusNew: true))
        == ["updates", "findings", "status", "isStatusNew"])
  }

  @Test("numbers rise within a type, an identity's end before its value's begin, and none is twice")
  func numbers() {
    for declaration in Self.all {
      #expect(
        declaration.numbers == Array(Set(declaration.numbers)).sorted(), "\(declaration.type)")
      #expect(declaration.numbers.allSatisfy { $0 > 0 })
    }
    let identities = [
      Declaration(WorkloadEndpointID.self), Declaration(NetworkSetID.self),
      Declaration(PolicyID.self), Declaration(ItemName.self), Declaration(ItemNetwork.self),
    ]
    for identity in identities { #expect(identity.numbers.allSatisfy { $0 < 8 }) }
    let types = Self.all.map(\.number)
    #expect(Set(types).count == types.count)
    #expect(types.allSatisfy { $0 >= ItemKind.limit })
    #expect(ItemKind.allCases.allSatisfy { (1..<ItemKind.limit).contains($0.rawValue) })
  }

  @Test("each case of an enumeration has a number of its own")
  func choices() {
    func expectDistinct<T: CodedChoice>(_ type: T.Type) {
      #expect(Set(T.allCases.map(\.number)).count == T.allCases.count, "\(T.self)")
    }
    expectDistinct(PolicyID.Kind.self)
    expectDistinct(RuleAction.self)
    expectDistinct(TierDefaultAction.self)
    expectDistinct(IPFamily.self)
    expectDistinct(SyncPool.Encapsulation.self)
    expectDistinct(SyncBGPConfiguration.LogSeverity.self)
    expectDistinct(SyncStatus.self)
  }

  @Test("no secret travels: nothing that is declared is called like one")
  func secrets() {
    let words = ["password", "secret", "token", "credential", "privatekey", "passphrase"]
    for declaration in Self.all {
      for name in declaration.declared.map({ $0.lowercased() }) {
        #expect(!words.contains(where: name.contains), "\(declaration.type).\(name)")
      }
    }
  }
}
