// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// Reads manifests and collects what is wrong with them.
struct ManifestReader {
  /// What the resources are read for.
  enum Purpose {
    /// Each must be valid by itself.
    case writing
    /// Only what each names is of use: it may be another's, or older than today's rules. A value in
    /// its spec may be wrong, but no field may be unknown, for it might have been the name.
    case naming
  }

  let purpose: Purpose
  /// The namespace that the command line names.
  let namespace: String?
  /// The resources, those that are refused among them.
  private(set) var items: [ManifestItem] = []
  /// Why the files cannot be used at all.
  private(set) var complaints: [String] = []
  /// What is to be told of resources that are read all the same; one line each.
  private(set) var warnings: [String] = []

  init(_ purpose: Purpose, namespace: String?) {
    self.purpose = purpose
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
      for item in try ResourceDocument.items(document) {
        if !item.warnings.isEmpty {
          warnings.append(ResourceError(item.warnings, in: document).description)
        }
        var written = ManifestItem(resource: item.resource, document: document, path: item.path)
        let isUsable =
          switch purpose {
          case .writing: item.problems.isEmpty
          case .naming: item.isNamed
          }
        if !isUsable { written.refusal = Refusal(item.problems, in: document) }
        add(written)
      }
    } catch {
      complaints.append(error.description)
    }
  }

  private mutating func add(_ item: ManifestItem) {
    var item = item
    let kind = item.key.kind
    func problem(_ field: String..., message: String) -> FieldProblem {
      FieldProblem(path: ValuePath(field.map { .key($0) }), message: message)
    }
    guard kind.isUserVisible else {
      var unsupported = problem(
        "kind", message: "resource type '\(kind.rawValue)' is not supported")
      unsupported.path.steps.insert(contentsOf: item.path.steps, at: 0)
      complaints.append(ResourceError([unsupported], in: item.document).description)
      return
    }
    let own = item.resource.metadata.namespace ?? ""
    var wrong: FieldProblem?
    if !kind.isNamespaced {
      if namespace != nil {
        wrong = problem("kind", message: "\(kind.rawValue) is not namespaced")
      }
    } else if own.isEmpty {
      item.resource.metadata.namespace = namespace ?? "default"
    } else if let namespace, namespace != own {
      wrong = problem(
        "metadata", "namespace",
        message: "resource namespace does not match client namespace. \(own) != \(namespace)")
    }
    if let wrong, item.refusal == nil { item.refusal = item.located([wrong]) }
    items.append(item)
  }
}
