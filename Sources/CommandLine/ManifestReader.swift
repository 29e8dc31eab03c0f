// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// Reads manifests and collects what is wrong with them.
struct ManifestReader {
  /// The namespace that the command line names.
  let namespace: String?
  private(set) var items: [ManifestItem] = []
  private(set) var complaints: [String] = []
  /// What is to be told of resources that are read all the same; one line each.
  private(set) var warnings: [String] = []

  init(namespace: String?) {
    self.namespace = namespace
  }

  mutating func read(_ bytes: [UInt8], file: String) {
    do {
      for document in try YAML.documents(bytes, file: file) { read(document) }
    } catch {
      complaints.append(error.description)
    }
  }

  private mutating func read(_ document: Document) {
    do {
      let (resources, told) = try ResourceDocument.decodeAllWithWarnings(document)
      if !told.problems.isEmpty { warnings.append(told.description) }
      for (resource, path) in zip(resources, Self.paths(document.value)) {
        add(ManifestItem(resource: resource, document: document, path: path))
      }
    } catch {
      complaints.append(error.description)
    }
  }

  /// Where a document's resources stand in it: as the document, in a list, or in the lists of a
  /// bare list.
  private static func paths(_ value: Value) -> [ValuePath] {
    guard let items = value.array else { return paths(of: value, at: ValuePath()) }
    return items.enumerated().flatMap { index, item in
      paths(of: item, at: ValuePath([.index(index)]))
    }
  }

  private static func paths(of value: Value, at path: ValuePath) -> [ValuePath] {
    guard value["kind"]?.string?.hasSuffix("List") == true else { return [path] }
    return (value["items"]?.array ?? []).indices.map {
      path.appending("items").appending($0)
    }
  }

  private mutating func add(_ item: ManifestItem) {
    var item = item
    let kind = item.key.kind
    func complain(_ field: String..., message: String) {
      let path = ValuePath(field.map { .key($0) })
      complaints.append(item.located([FieldProblem(path: path, message: message)]).description)
    }
    guard kind.isUserVisible else {
      return complain("kind", message: "resource type '\(kind.rawValue)' is not supported")
    }
    let own = item.resource.metadata.namespace ?? ""
    if !kind.isNamespaced {
      if namespace != nil { complain("kind", message: "\(kind.rawValue) is not namespaced") }
    } else if own.isEmpty {
      item.resource.metadata.namespace = namespace ?? "default"
    } else if let namespace, namespace != own {
      return complain(
        "metadata", "namespace",
        message: "resource namespace does not match client namespace. \(own) != \(namespace)"
          .onOneLine)
    }
    items.append(item)
  }
}
