// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import Resources
import ValueTree

/// How resources of a kind look as custom resources of `crd.projectcalico.org/v1`.
///
/// DESIGN: a resource's own labels, annotations, UID and creation time stand as JSON in an annotation
/// of the custom resource, whose metadata proper belong to Kubernetes. A custom resource without that
/// annotation was written by somebody with kubectl: then its metadata are the resource's. What of the
/// metadata does not change in an update stays as it was written, byte for byte.
struct CustomForm: Sendable {
  static let group = "crd.projectcalico.org"
  static let version = "v1"
  /// The annotation with the resource's own metadata.
  static let annotation = "projectcalico.org/metadata"
  /// The annotation with members of the resource besides those that every version has: the server
  /// would drop them from where they belong.
  static let membersAnnotation = "projectcalico.org/members"
  private static let standardMembers: Set<String> = [
    "apiVersion", "kind", "metadata", "spec", "status",
  ]

  let kind: Kind

  /// The kind of the custom resources, which for one kind has another name.
  var customKind: String { kind == .ipamConfiguration ? "IPAMConfig" : kind.rawValue }

  var resource: APIResource {
    APIResource(
      group: Self.group, version: Self.version,
      plural: kind == .ipamConfiguration ? "ipamconfigs" : kind.plural,
      isNamespaced: kind.isNamespaced, format: .json)
  }

  /// Whether an object is marked as deleted before it is: IPAM's records.
  var isDeletedInTwoSteps: Bool {
    switch kind {
    case .ipamBlock, .ipamHandle, .blockAffinity: true
    default: false
    }
  }

  /// A custom resource that was read.
  struct Object: Sendable {
    var key: ResourceKey
    /// All of it as it is stored, without what Kubernetes keeps of who wrote which field.
    var value: Value
    /// Whether it is marked as deleted.
    var isDeleted: Bool
    var result: Result<any Resource, MalformedObject>

    /// The name under which it is stored, which may have the prefix that a key leaves out.
    var name: String { value["metadata"]?["name"]?.string ?? "" }
    var revision: String { value["metadata"]?["resourceVersion"]?.string ?? "" }
    var uid: String? { value["metadata"]?["uid"]?.string }

    /// The resource, or, when it cannot be read, one that has its name and revision only.
    var resource: any Resource {
      if case .success(let resource) = result { return resource }
      var blank = key.kind.type.init()
      blank.metadata.name = key.name
      blank.metadata.namespace = key.namespace
      blank.metadata.resourceVersion = revision
      return blank
    }
  }

  // MARK: - Names

  /// The name of the custom resource for a resource of a name: Kubernetes has lower case only, the
  /// IDs of handles have both.
  func customName(_ name: String) -> String {
    kind == .ipamHandle ? name.lowercased() : name
  }

  /// The name of the resource that a custom resource stands for.
  private func ownName(_ value: Value) -> String {
    let name = value["metadata"]?["name"]?.string ?? ""
    guard kind == .ipamHandle, let id = value["spec"]?["handleID"]?.string, customName(id) == name
    else { return name }
    return id
  }

  // MARK: - Reading

  func decode(_ value: Value) -> Object {
    var value = value
    var metadata = value["metadata"] ?? .object([])
    // Of no use here, and mostly larger than the rest; the server keeps them itself.
    metadata["managedFields"] = nil
    value["metadata"] = metadata
    let key = ResourceKey(
      kind: kind, namespace: metadata["namespace"]?.string, name: ownName(value))
    var object = Object(
      key: key, value: value,
      isDeleted: isDeletedInTwoSteps && Self.isDeleted(value),
      result: .failure(MalformedObject(key: key, reason: "")))
    do throws(ResourceError) {
      object.result = StoredObject.decode(
        try resourceValue(value, metadata), key: key, revision: 0
      ).map { resource in
        var resource = resource
        resource.metadata.resourceVersion = metadata["resourceVersion"]?.string
        return resource
      }
    } catch {
      let reason = error.problems.map { "\($0)" }.joined(separator: "; ")
      object.result = .failure(MalformedObject(key: key, reason: reason))
    }
    return object
  }

  private static func isDeleted(_ value: Value) -> Bool {
    let mark = value["spec"]?["deleted"]
    return mark?.bool ?? (mark?.string == "true")
  }

  /// The custom resource as the resource that it stands for.
  private func resourceValue(_ value: Value, _ metadata: Value) throws(ResourceError) -> Value {
    var members: [Value.Member] = [
      .init("kind", .string(kind.rawValue)), .init("apiVersion", "projectcalico.org/v3"),
      .init("metadata", try own(metadata)),
    ]
    for member in value.members ?? []
    where !["kind", "apiVersion", "metadata"].contains(member.key) {
      members.append(member)
    }
    let others = (metadata["annotations"]?[Self.membersAnnotation]?.string)
      .flatMap { try? JSON.parse($0, duplicateKeys: .kept) }
    for member in others?.members ?? [] where !Self.standardMembers.contains(member.key) {
      if !members.contains(where: { $0.key == member.key }) { members.append(member) }
    }
    var result = Value.object(members)
    if kind == .ipamHandle { result["metadata"]?["name"] = .string(ownName(value)) }
    if kind == .blockAffinity, var spec = result["spec"], let text = spec["deleted"]?.string {
      spec["deleted"] = text == "true" ? true : text == "false" ? false : .string(text)
      result["spec"] = spec
    }
    return result
  }

  /// The resource's own metadata.
  private func own(_ metadata: Value) throws(ResourceError) -> Value {
    var result: Value = .object([])
    for name in [
      "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
      "deletionTimestamp", "ownerReferences", "finalizers",
    ] {
      if let value = metadata[name], !value.isNull { result[name] = value }
    }
    guard let text = metadata["annotations"]?[Self.annotation] else {
      result["labels"] = metadata["labels"]
      var annotations = metadata["annotations"]
      annotations?[Self.membersAnnotation] = nil
      result["annotations"] = annotations
      return result
    }
    guard let text = text.string, let own = try? JSON.parse(text, duplicateKeys: .kept),
      let members = own.members
    else {
      throw ResourceError([
        FieldProblem("metadata", "annotations", Self.annotation, message: "must be a JSON object")
      ])
    }
    for member in members where !member.value.isNull {
      switch member.key {
      // These belong to the custom resource.
      case "name", "namespace", "resourceVersion", "generation", "managedFields", "selfLink",
        "generateName":
        break
      default: result[member.key] = member.value
      }
    }
    return result
  }

  // MARK: - Writing

  /// The custom resource for a resource.
  ///
  /// - Parameter stored: that which it replaces, into which the change is made; nil for a new one.
  func encode(_ resource: any Resource, over stored: Value?) throws(DatastoreError) -> Value {
    var result = content(try StoredObject.value(of: resource))
    if var stored, case .success(let before) = decode(stored).result {
      stored["metadata"] = nil
      for member in before.encode().members ?? [] where !Self.standardMembers.contains(member.key) {
        stored[member.key] = member.value
      }
      result = stored.rewritten(from: content(before.encode()), to: result)
    }
    var metadata = customMetadata(resource.metadata, over: stored?["metadata"])
    let others = (result.members ?? []).filter { !Self.standardMembers.contains($0.key) }
    var annotations = metadata["annotations"] ?? .object([])
    annotations[Self.membersAnnotation] =
      others.isEmpty ? nil : .string(JSON.encode(.object(others)))
    if annotations.members?.isEmpty == false || metadata["annotations"] != nil {
      metadata["annotations"] = annotations
    }
    for member in others { result[member.key] = nil }
    if let affinity = resource as? BlockAffinity {
      var labels = metadata["labels"] ?? .object([])
      for label in AffinityLabels.labels(of: affinity.spec) {
        labels[label.name] = .string(label.value)
      }
      metadata["labels"] = labels
    }
    result["metadata"] = metadata
    return result
  }

  /// Everything of the custom resource but its metadata.
  private func content(_ resource: Value) -> Value {
    var members: [Value.Member] = [
      .init("apiVersion", .string("\(Self.group)/\(Self.version)")),
      .init("kind", .string(customKind)),
    ]
    for member in resource.members ?? []
    where !["kind", "apiVersion", "metadata"].contains(member.key) {
      members.append(member)
    }
    var result = Value.object(members)
    if kind == .blockAffinity, var spec = result["spec"] {
      // Text in the custom resource, and always there.
      spec["deleted"] = .string(spec["deleted"]?.bool == true ? "true" : "false")
      result["spec"] = spec
    }
    return result
  }

  private func customMetadata(_ own: Metadata, over stored: Value?) -> Value {
    var result = stored ?? .object([])
    if stored == nil {
      result["name"] = .string(customName(own.name))
      if kind.isNamespaced, let namespace = own.namespace {
        result["namespace"] = .string(namespace)
      }
    } else {
      result["resourceVersion"] = own.resourceVersion.map { .string($0) }
    }
    for name in ["ownerReferences", "finalizers"] {
      if let member = own.unknown.first(where: { $0.key == name }) { result[name] = member.value }
    }
    if let stored, let known = try? self.own(stored), Self.isSame(own, known) { return result }
    var annotations = result["annotations"] ?? .object([])
    annotations[Self.annotation] = .string(JSON.encode(Self.record(own)))
    result["annotations"] = annotations
    return result
  }

  /// The resource's own metadata, of those of the custom resource; nil when they cannot be read.
  func identity(_ stored: Value) -> Metadata? {
    (try? own(stored)).flatMap(Self.metadata)
  }

  private static func metadata(_ value: Value) -> Metadata? {
    // Any kind will do: all have the same metadata.
    try? ResourceDocument.decodeStored(["metadata": value], kind: .tier).resource.metadata
  }

  /// Whether the metadata say what they said when they were read.
  private static func isSame(_ own: Metadata, _ known: Value) -> Bool {
    guard let read = metadata(known) else { return false }
    return own.labels == read.labels && own.annotations == read.annotations && own.uid == read.uid
      && own.creationTimestamp == read.creationTimestamp
      && own.unknown.filter { !kubernetesOwn.contains($0.key) }
        == read.unknown.filter { !kubernetesOwn.contains($0.key) }
  }

  /// What the annotation says.
  private static func record(_ own: Metadata) -> Value {
    var result: Value = .object([])
    if let uid = own.uid { result["uid"] = .string(uid) }
    result["creationTimestamp"] = own.creationTimestamp.map { .string($0) } ?? .null
    for (name, texts) in [("labels", own.labels), ("annotations", own.annotations)] {
      if texts.isEmpty { continue }
      result[name] = .object(
        texts.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
    }
    for member in own.unknown where !kubernetesOwn.contains(member.key) {
      result[member.key] = member.value
    }
    return result
  }

  /// What Kubernetes keeps by itself.
  private static let kubernetesOwn: Set<String> = [
    "generateName", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds",
    "ownerReferences", "finalizers", "managedFields",
  ]
}
