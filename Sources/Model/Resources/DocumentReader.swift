// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Reads a document's resources one after the other, collecting what is wrong.
struct DocumentReader {
  private(set) var items: [DocumentItem] = []
  /// Where no resource can be made out.
  private(set) var problems: [FieldProblem] = []

  mutating func read(_ value: Value, at path: ValuePath, kindOfList: String?, depth: Int) {
    if case .array(let items) = value, depth == 0 {
      return readAll(items, at: path, kind: nil, depth: 1)
    }
    guard value.members != nil else {
      return fail(path, "must be a resource, is \(value.typeName)")
    }
    let kind = text("kind", of: value, at: path, else: kindOfList)
    let version = text("apiVersion", of: value, at: path, else: kindOfList == nil ? nil : Self.v3)
    guard let kind, let version else { return }
    // As the document, or in a bare list, as what shows several kinds has them.
    if depth < 2, kind.hasSuffix("List") {
      let isOurs = version == Self.v3 && Kind(rawValue: String(kind.dropLast(4))) != nil
      guard isOurs || (kind == "List" && version == "v1") || (kind == "List" && version == Self.v3)
      else { return fail(path.appending("kind"), Self.unknown(kind, version)) }
      let items: [Value]
      switch value["items"] {
      case .array(let found)?: items = found
      // So Go writes a list that has nothing in it.
      case .null?: items = []
      case nil: return fail(path.appending("items"), "is required")
      case let other?:
        return fail(path.appending("items"), "must be a list, is \(other.typeName)")
      }
      let itemKind = kind == "List" ? nil : String(kind.dropLast(4))
      return readAll(items, at: path.appending("items"), kind: itemKind, depth: 2)
    }
    guard version == Self.v3, let known = Kind(rawValue: kind) else {
      return fail(path.appending("kind"), Self.unknown(kind, version))
    }
    var object = value
    if object["kind"] == nil { object["kind"] = .string(kind) }
    if object["apiVersion"] == nil { object["apiVersion"] = .string(version) }
    // A spec that is left out has none of the fields that it must have.
    if object["spec"]?.isNull ?? true { object["spec"] = .object([]) }
    items.append(DocumentItem(object, at: path, known.type))
  }

  private static let v3 = "projectcalico.org/v3"

  private static func unknown(_ kind: String, _ version: String) -> String {
    if kind == "NetworkPolicy", version.hasPrefix("networking.k8s.io/") {
      return "a NetworkPolicy of \(version) belongs to the Kubernetes API: manage it with kubectl"
    }
    let text = "unknown resource type (\(kind)) and/or version (\(version))"
    // The form that Calico keeps in the Kubernetes API, and kubectl shows.
    guard version.hasPrefix("crd.projectcalico.org/") else { return text }
    return "\(text): files are written as \(v3)"
  }

  private mutating func readAll(
    _ items: [Value], at path: ValuePath, kind: String?, depth: Int
  ) {
    for (index, item) in items.enumerated() {
      guard problems.count < DecodingContext.problemLimit else { return }
      read(item, at: path.appending(index), kindOfList: kind, depth: depth)
    }
  }

  private mutating func text(
    _ name: String, of value: Value, at path: ValuePath, else standard: String?
  ) -> String? {
    switch value[name] ?? .null {
    case .string(let text): return text
    case .null where standard != nil: return standard
    case .null: fail(path.appending(name), "is required")
    default: fail(path.appending(name), "must be a string")
    }
    return nil
  }

  private mutating func fail(_ path: ValuePath, _ message: String) {
    problems.append(FieldProblem(path: path, message: message))
  }
}
