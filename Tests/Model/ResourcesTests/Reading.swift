// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

/// Reads what people would put into a file.
func read(_ yaml: String, file: String = "f.yaml") throws -> [any Resource] {
  try YAML.documents(Array(yaml.utf8), file: file).flatMap { document in
    try ResourceDocument.decodeAll(document)
  }
}

/// The lines of what is wrong with a file; empty when nothing is.
func complaints(_ yaml: String) -> [String] {
  do {
    _ = try read(yaml)
    return []
  } catch {
    return "\(error)".split(separator: "\n").map(String.init)
  }
}

/// What is wrong with a resource of that kind and spec, without the places.
func complaints(
  _ kind: Kind, name: String = "x", namespace: String? = nil, metadata: Value = [:], spec: Value
) -> [String] {
  var metadata = metadata
  metadata["name"] = .string(name)
  if let namespace { metadata["namespace"] = .string(namespace) }
  let value: Value = [
    "apiVersion": "projectcalico.org/v3", "kind": .string(kind.rawValue), "metadata": metadata,
    "spec": spec,
  ]
  do {
    _ = try ResourceDocument.decode(Document(value: value))
    return []
  } catch {
    return error.problems.map(\.description)
  }
}
