// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// Where in etcd the resources are (compatibility §1.5): those of people below
/// `/calico/resources/v3/projectcalico.org/<plural>/`, IPAM's own below `/calico/ipam/v2/`.
enum KeyLayout {
  static let resources = "/calico/resources/v3/projectcalico.org/"

  /// What all keys of a kind begin with.
  static func prefix(of kind: Kind) -> String {
    switch kind {
    case .ipamBlock: IPAMLayout.blocks
    case .ipamHandle: IPAMLayout.handles
    case .ipamConfiguration: IPAMLayout.configuration
    case .blockAffinity: IPAMLayout.hosts
    default: prefixes[kind, default: resources]
    }
  }

  /// Made once: a list reads the prefix off each of its keys.
  private static let prefixes = Dictionary(
    uniqueKeysWithValues: Kind.allCases.map { ($0, "\(resources)\($0.plural)/") })

  /// The keys of a kind.
  static func range(of kind: Kind) -> KeyRange {
    switch kind {
    case .ipamConfiguration:
      KeyRange(
        start: Array(IPAMLayout.configuration.utf8), end: Array(IPAMLayout.configuration.utf8) + [0]
      )
    case .blockAffinity:
      // The owners' two kinds, with nothing between them.
      KeyRange(
        start: KeyRange(prefix: IPAMLayout.hosts).start,
        end: KeyRange(prefix: IPAMLayout.virtuals).end)
    default: KeyRange(prefix: prefix(of: kind))
    }
  }

  /// Where an object is stored that is not there yet.
  ///
  /// Errors: `validation` when what stands in the key is not in the object.
  static func key(of resource: any Resource) throws(DatastoreError) -> String {
    if let key = try IPAMLayout.key(of: resource) { return key }
    return path(
      resource.key.kind, namespace: resource.key.namespace, name: resource.metadata.name)
  }

  /// Where an object of this name may be, the likeliest place first. Two names may mean one policy.
  static func candidates(_ key: ResourceKey) -> [String] {
    if let candidates = IPAMLayout.candidates(key) { return candidates }
    var paths = [path(key.kind, namespace: key.namespace, name: key.name)]
    if let other = key.longName {
      paths.append(path(key.kind, namespace: key.namespace, name: other))
    }
    return paths
  }

  /// The places that a list must look at.
  static func ranges(of query: ListQuery) -> [KeyRange] {
    let prefix = query.namePrefix ?? ""
    switch query.kind {
    case .ipamBlock, .ipamHandle, .ipamConfiguration: return [range(of: query.kind)]
    case .blockAffinity: return IPAMLayout.affinityRanges(namePrefix: prefix)
    default: break
    }
    guard query.kind.isNamespaced else {
      if prefix.isEmpty { return [range(of: query.kind)] }
      return names(of: query.kind, beginningWith: prefix).map {
        KeyRange(prefix: Self.prefix(of: query.kind) + escaped($0))
      }
    }
    guard let namespace = query.namespace else { return [range(of: query.kind)] }
    let folder = "\(Self.prefix(of: query.kind))\(escaped(namespace))/"
    if prefix.isEmpty { return [KeyRange(prefix: folder)] }
    return names(of: query.kind, beginningWith: prefix).map {
      KeyRange(prefix: folder + escaped($0))
    }
  }

  /// The one range that has all that a watch tells of, and may have more.
  static func watchRange(of query: ListQuery) -> KeyRange {
    let ranges = ranges(of: query)
    if ranges.count == 1, let only = ranges.first { return only }
    if query.kind.isNamespaced, let namespace = query.namespace {
      return KeyRange(prefix: "\(prefix(of: query.kind))\(escaped(namespace))/")
    }
    return range(of: query.kind)
  }

  /// What a key of a kind names; nil when it is not one of an object.
  static func name(of key: String, kind: Kind) -> StoredName? {
    let prefix = prefix(of: kind)
    switch kind {
    case .ipamBlock, .ipamHandle, .ipamConfiguration, .blockAffinity:
      return IPAMLayout.name(of: key, kind: kind)
    default: break
    }
    guard key.hasPrefix(prefix) else { return nil }
    let rest = Substring(key.utf8.dropFirst(prefix.utf8.count))
    var namespace: String?
    var name = rest
    if kind.isNamespaced, let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) {
      namespace = unescaped(rest[..<slash])
      name = rest[rest.utf8.index(after: slash)...]
    }
    guard kind.isNamespaced == (namespace != nil), namespace != "", !name.isEmpty,
      !name.utf8.contains(UInt8(ascii: "/"))
    else { return .stray(ResourceKey(kind: kind, name: String(rest))) }
    let written = unescaped(name)
    return .object(ResourceKey(kind: kind, namespace: namespace, name: written), written: written)
  }

  /// What a key of etcd names.
  enum StoredName: Hashable {
    /// An object, and the name as it stands in the key.
    case object(ResourceKey, written: String)
    /// Something among the objects of a kind whose key is not like theirs.
    case stray(ResourceKey)
  }

  // MARK: - Names

  /// What the names may begin with that a list asks for.
  private static func names(of kind: Kind, beginningWith prefix: String) -> [String] {
    let key = ResourceKey(kind: kind, namespace: "", name: prefix)
    guard let long = key.longName else { return [prefix] }
    // A prefix of `default.` itself has both kinds of names below it.
    return "default.".hasPrefix(prefix)
      ? [prefix] + (prefix.isEmpty ? [] : [long]) : [prefix, long]
  }

  private static func path(_ kind: Kind, namespace: String?, name: String) -> String {
    let folder = namespace.map { "\(escaped($0))/" } ?? ""
    return "\(prefix(of: kind))\(folder)\(escaped(name))"
  }

  /// A name as a segment of a key.
  static func escaped(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "/") }) else {
      return name
    }
    var result = ""
    for character in name.unicodeScalars {
      switch character {
      case "%": result += "%25"
      case "/": result += "%2f"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  static func unescaped(_ segment: Substring) -> String {
    guard segment.utf8.contains(UInt8(ascii: "%")) else { return String(segment) }
    var bytes: [UInt8] = []
    var rest = Array(segment.utf8)[...]
    while let byte = rest.popFirst() {
      switch (byte, rest.prefix(2).map { $0 | 0x20 }) {
      case (UInt8(ascii: "%"), Array("2f".utf8)):
        bytes.append(UInt8(ascii: "/"))
        rest = rest.dropFirst(2)
      case (UInt8(ascii: "%"), Array("25".utf8)):
        bytes.append(UInt8(ascii: "%"))
        rest = rest.dropFirst(2)
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
