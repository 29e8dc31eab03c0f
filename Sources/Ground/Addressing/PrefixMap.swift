// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A map from CIDRs of both families to values that finds the longest prefix of an address.
///
/// A binary trie without one-child nodes: a lookup takes at most one step per bit of the prefixes
/// that share a path, and does not allocate. Order is that of `CIDR`.
public struct PrefixMap<Value> {
  public typealias Element = (key: CIDR, value: Value)

  @usableFromInline struct Node {
    /// The address with its first bit at the top, also for IPv4, so that bit positions agree.
    @usableFromInline var bits: UInt128
    @usableFromInline var length: Int
    /// Nil where two paths merely part.
    @usableFromInline var value: Value?
    @usableFromInline var children: (zero: Int, one: Int) = (none, none)

    @inlinable init(bits: UInt128, length: Int, value: Value?) {
      self.bits = bits
      self.length = length
      self.value = value
    }
  }

  /// In the place of a node's index.
  @inlinable static var none: Int { -1 }

  @usableFromInline var nodes: [Node] = []
  /// Indices of nodes that are out of use.
  @usableFromInline var free: [Int] = []
  @usableFromInline var roots: (v4: Int, v6: Int) = (none, none)
  @usableFromInline var size = 0

  @inlinable public var count: Int { size }

  @inlinable public init() {}

  @inlinable public init(_ elements: some Sequence<(CIDR, Value)>) {
    for (key, value) in elements { insert(value, for: key) }
  }

  @inlinable public var isEmpty: Bool { count == 0 }

  /// The value of exactly this CIDR.
  @inlinable public subscript(key: CIDR) -> Value? {
    get {
      let (bits, length) = (Self.aligned(key.address), key.prefixLength)
      var at = root(key.family)
      while at != Self.none, nodes[at].length <= length, Self.covers(nodes[at], bits) {
        if nodes[at].length == length { return nodes[at].value }
        at = child(of: at, toward: bits)
      }
      return nil
    }
    set {
      if let newValue { insert(newValue, for: key) } else { removeValue(for: key) }
    }
  }

  /// Sets the value and gives back the one it replaces.
  @discardableResult
  @inlinable public mutating func insert(_ value: Value, for key: CIDR) -> Value? {
    let (bits, length) = (Self.aligned(key.address), key.prefixLength)
    var link = Link.root(key.family)
    var at = root(key.family)
    while at != Self.none {
      let node = nodes[at]
      let shared = Swift.min((node.bits ^ bits).leadingZeroBitCount, node.length, length)
      if shared < node.length {
        // The new prefix ends or parts above this node.
        size += 1
        var above = Node(bits: bits, length: length, value: value)
        if shared < length {
          let leaf = add(above)
          above = Node(bits: bits & Self.mask(shared), length: shared, value: nil)
          Self.setChild(of: &above, toward: bits, leaf)
        }
        Self.setChild(of: &above, toward: node.bits, at)
        set(link, add(above))
        return nil
      }
      if node.length == length {
        nodes[at].value = value
        if node.value == nil { size += 1 }
        return node.value
      }
      link = .child(of: at, toward: bits)
      at = child(of: at, toward: bits)
    }
    size += 1
    set(link, add(Node(bits: bits, length: length, value: value)))
    return nil
  }

  /// Removes the value and gives it back.
  @discardableResult
  @inlinable public mutating func removeValue(for key: CIDR) -> Value? {
    let (bits, length) = (Self.aligned(key.address), key.prefixLength)
    var linkToParent = Link.root(key.family)
    var parent = Self.none
    var link = Link.root(key.family)
    var at = root(key.family)
    while at != Self.none, nodes[at].length < length, Self.covers(nodes[at], bits) {
      linkToParent = link
      parent = at
      link = .child(of: at, toward: bits)
      at = child(of: at, toward: bits)
    }
    guard at != Self.none, nodes[at].length == length, nodes[at].bits == bits,
      let value = nodes[at].value
    else { return nil }
    nodes[at].value = nil
    size -= 1
    collapse(at, link)
    // The parent may have been there only to part two paths.
    if parent != Self.none { collapse(parent, linkToParent) }
    return value
  }

  /// The longest prefix that holds the address.
  @inlinable public func longestMatch(_ address: IPAddress) -> Element? {
    let bits = Self.aligned(address)
    var best = Self.none
    var at = root(address.family)
    while at != Self.none, Self.covers(nodes[at], bits) {
      if nodes[at].value != nil { best = at }
      at = nodes[at].length == 128 ? Self.none : child(of: at, toward: bits)
    }
    return best == Self.none ? nil : element(best, address.family)
  }

  /// All entries that hold the whole CIDR, itself included, the widest first.
  @inlinable public func covering(_ cidr: CIDR) -> [Element] {
    let bits = Self.aligned(cidr.address)
    var result: [Element] = []
    var at = root(cidr.family)
    while at != Self.none, nodes[at].length <= cidr.prefixLength, Self.covers(nodes[at], bits) {
      if let element = element(at, cidr.family) { result.append(element) }
      at = nodes[at].length == cidr.prefixLength ? Self.none : child(of: at, toward: bits)
    }
    return result
  }

  /// All entries inside the CIDR, itself included, in order.
  @inlinable public func covered(by cidr: CIDR) -> [Element] {
    let bits = Self.aligned(cidr.address)
    var at = root(cidr.family)
    while at != Self.none, nodes[at].length < cidr.prefixLength {
      at = Self.covers(nodes[at], bits) ? child(of: at, toward: bits) : Self.none
    }
    guard at != Self.none, nodes[at].bits & Self.mask(cidr.prefixLength) == bits else { return [] }
    var iterator = Iterator(map: self, pending: [(at, cidr.family)])
    var result: [Element] = []
    while let element = iterator.next() { result.append(element) }
    return result
  }
}

extension PrefixMap: Sendable where Value: Sendable {}
extension PrefixMap.Node: Sendable where Value: Sendable {}

extension PrefixMap: Equatable where Value: Equatable {
  @inlinable public static func == (a: PrefixMap, b: PrefixMap) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
  }
}

extension PrefixMap: Sequence {
  /// The entries in order.
  public struct Iterator: IteratorProtocol {
    @usableFromInline let map: PrefixMap
    /// The next node is the last one; at most one waits per bit.
    @usableFromInline var pending: [(node: Int, family: IPFamily)]

    @inlinable init(map: PrefixMap, pending: [(node: Int, family: IPFamily)]) {
      self.map = map
      self.pending = pending
    }

    @inlinable public mutating func next() -> Element? {
      while let (at, family) = pending.popLast() {
        let children = map.nodes[at].children
        if children.one != PrefixMap.none { pending.append((children.one, family)) }
        if children.zero != PrefixMap.none { pending.append((children.zero, family)) }
        if let element = map.element(at, family) { return element }
      }
      return nil
    }
  }

  @inlinable public func makeIterator() -> Iterator {
    let pending = [(roots.v6, IPFamily.v6), (roots.v4, IPFamily.v4)]
    return Iterator(map: self, pending: pending.filter { $0.0 != Self.none })
  }

  @inlinable public var underestimatedCount: Int { count }
}

extension PrefixMap {
  /// Where the index of a node is kept.
  @usableFromInline enum Link {
    case root(IPFamily)
    case child(of: Int, toward: UInt128)
  }

  @inlinable static func aligned(_ address: IPAddress) -> UInt128 {
    address.family == .v4 ? address.bits &<< 96 : address.bits
  }

  @inlinable static func mask(_ length: Int) -> UInt128 { IPFamily.v6.mask(prefixLength: length) }

  @inlinable static func covers(_ node: Node, _ bits: UInt128) -> Bool {
    (node.bits ^ bits) & mask(node.length) == 0
  }

  @inlinable func root(_ family: IPFamily) -> Int { family == .v4 ? roots.v4 : roots.v6 }

  /// Whether the path to `bits` takes the one branch below the node.
  @inlinable static func takesOne(_ node: Node, _ bits: UInt128) -> Bool {
    (bits &<< UInt128(node.length)) >> 127 == 1
  }

  @inlinable func child(of at: Int, toward bits: UInt128) -> Int {
    Self.takesOne(nodes[at], bits) ? nodes[at].children.one : nodes[at].children.zero
  }

  @inlinable static func setChild(of node: inout Node, toward bits: UInt128, _ child: Int) {
    if takesOne(node, bits) { node.children.one = child } else { node.children.zero = child }
  }

  @inlinable mutating func set(_ link: Link, _ at: Int) {
    switch link {
    case .root(.v4): roots.v4 = at
    case .root(.v6): roots.v6 = at
    case .child(let parent, let bits): Self.setChild(of: &nodes[parent], toward: bits, at)
    }
  }

  @inlinable mutating func add(_ node: Node) -> Int {
    if let reused = free.popLast() {
      nodes[reused] = node
      return reused
    }
    nodes.append(node)
    return nodes.count - 1
  }

  /// Takes a node out that holds no value and parts no paths.
  @inlinable mutating func collapse(_ at: Int, _ link: Link) {
    let (zero, one) = nodes[at].children
    guard nodes[at].value == nil, zero == Self.none || one == Self.none else { return }
    set(link, zero == Self.none ? one : zero)
    free.append(at)
  }

  @inlinable func element(_ at: Int, _ family: IPFamily) -> Element? {
    guard let value = nodes[at].value else { return nil }
    let bits = family == .v4 ? nodes[at].bits &>> 96 : nodes[at].bits
    return (CIDR(unchecked: IPAddress(unchecked: family, bits), nodes[at].length), value)
  }
}
