// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
public import ValueTree

extension CustomResource {
  /// The `CustomResourceDefinition` that makes a server store the kind.
  public func definition(_ form: DefinitionForm) -> Value {
    var names: Value = [
      "kind": .string(kindName), "listKind": .string("\(kindName)List"),
      "plural": .string(plural), "singular": .string(singular),
    ]
    if !shortNames.isEmpty { names["shortNames"] = .array(shortNames.map { .string($0) }) }
    return [
      "apiVersion": "apiextensions.k8s.io/v1",
      "kind": "CustomResourceDefinition",
      "metadata": ["name": .string(name)],
      "spec": [
        "group": .string(Self.group),
        "names": names,
        "preserveUnknownFields": false,
        "scope": kind.isNamespaced ? "Namespaced" : "Cluster",
        "versions": [
          [
            "name": .string(Self.version), "served": true, "storage": true,
            "additionalPrinterColumns": .array(columns.map(\.value)),
            "schema": ["openAPIV3Schema": schema(form)],
          ]
        ],
      ],
    ]
  }

  /// The file of the definition.
  public func manifest(_ form: DefinitionForm) -> String {
    """
    # \(name): \(description)
    # Written by `swift package generate-manifests` from the declarations of the kind: change those.

    """ + YAML.encode(definition(form))
  }

  /// The name of that file.
  public var fileName: String { "\(plural).yaml" }

  /// The schema of the kind's objects.
  func schema(_ form: DefinitionForm) -> Value {
    let declared = kind.type.schema["properties"]
    var properties: Value = [
      "apiVersion": ["type": "string", "description": "The version of the API."],
      "kind": ["type": "string", "description": "The kind of the resource."],
      "metadata": ["type": "object"],
    ]
    for name in ["spec", "status"] {
      guard let part = declared?[name] else { continue }
      let opened = SchemaShape(isRecord: isRecord, isStrict: form == .functions && name == "spec")
        .opened(part)
      properties[name] = form == .structural ? Self.listing(opened) : opened
    }
    if declared?["status"] == nil {
      // What other programs report there is not for this version to erase.
      properties["status"] = [
        "type": "object", "description": "What programs report.",
        "x-kubernetes-preserve-unknown-fields": true,
      ]
    }
    if isRecord { adaptRecord(&properties) }
    var schema: Value = [
      "type": "object", "description": .string(description), "properties": properties,
    ]
    switch form {
    case .structural: break
    case .rules: for rule in rules { rule.add(to: &schema) }
    case .functions:
      // Not the status: what programs work with is reported as it is.
      if !isRecord, let spec = properties["spec"] {
        schema["properties"]?["spec"] = FieldForms(kind).narrowed(spec)
      }
      if let name = FieldForms.name(of: kind) { schema["properties"]?["metadata"] = name }
      for rule in functionRules { rule.ratcheted.add(to: &schema) }
    }
    return schema
  }

  /// The schema of an object with its fields in the description too. Where objects keep unknown
  /// fields, servers of old leave the known ones out of what they publish, and `kubectl explain`
  /// would show none.
  private static func listing(_ schema: Value) -> Value {
    guard let fields = schema["properties"]?.members, let text = schema["description"]?.string
    else { return schema }
    let lines = fields.map { "\($0.key): \($0.value["description"]?.string ?? "")" }
    var result = schema
    result["description"] = .string(([text] + lines).joined(separator: "\n\n"))
    return result
  }

  /// Whether the objects are IPAM's records: a write that is refused there loses addresses, so that
  /// their schema says what they are and refuses nothing but wrong types.
  private var isRecord: Bool {
    switch kind {
    case .blockAffinity, .ipamBlock, .ipamHandle: true
    default: false
    }
  }

  private func adaptRecord(_ properties: inout Value) {
    guard kind == .blockAffinity else { return }
    // In this API the flag is a text: "true" or "false".
    let text: Value = [
      "type": "string", "description": "Whether the record is about to be removed: true or false.",
    ]
    guard var spec = properties["spec"], var fields = spec["properties"] else { return }
    fields["deleted"] = text
    spec["properties"] = fields
    properties["spec"] = spec
  }
}
