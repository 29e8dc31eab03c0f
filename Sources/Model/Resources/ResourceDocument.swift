// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// Reads documents that hold resources: those that people wrote, and those that a store holds.
public enum ResourceDocument {
  /// Reads the one resource of a document.
  ///
  /// Errors: all that is wrong with it, each problem with its place in the file; a list.
  public static func decode(_ document: Document) throws(ResourceError) -> any Resource {
    let resources = try decodeAll(document)
    guard resources.count == 1, let resource = resources.first else {
      throw ResourceError(
        [FieldProblem(message: "must be one resource, is a list of \(resources.count)")],
        in: document)
    }
    return resource
  }

  /// Reads the resources of a document: one, or those of a list (`kind: List`, `kind: IPPoolList`,
  /// or a bare list of resources).
  ///
  /// Errors: all that is wrong with any of them.
  public static func decodeAll(_ document: Document) throws(ResourceError) -> [any Resource] {
    try decodeAllWithWarnings(document).resources
  }

  /// The same, with what is to be told of resources that are read all the same, each with its place
  /// in the file.
  public static func decodeAllWithWarnings(
    _ document: Document
  ) throws(ResourceError) -> (resources: [any Resource], warnings: ResourceError) {
    let items = try items(document)
    let problems = items.flatMap(\.problems)
    if !problems.isEmpty {
      throw ResourceError(Array(problems.prefix(DecodingContext.problemLimit)), in: document)
    }
    return (items.map(\.resource), ResourceError(items.flatMap(\.warnings), in: document))
  }

  /// Reads the resources of a document one by one: what is wrong with one keeps none of the others.
  ///
  /// Errors: there is something whose kind or version is missing, or not known.
  public static func items(_ document: Document) throws(ResourceError) -> [DocumentItem] {
    var reader = DocumentReader()
    reader.read(document.value, at: ValuePath(), kindOfList: nil, depth: 0)
    if !reader.problems.isEmpty {
      throw ResourceError(reader.problems + reader.items.flatMap(\.problems), in: document)
    }
    return reader.items
  }

  /// Reads a stored object, keeping what is unknown or invalid in it.
  ///
  /// Errors: the value is no map.
  public static func decodeStored(
    _ value: Value, kind: Kind
  ) throws(ResourceError) -> StoredResource {
    func read<R: Resource>(_ type: R.Type) throws(ResourceError) -> StoredResource {
      let (resource, problems) = try type.decodeStored(value)
      return StoredResource(resource: resource, problems: problems)
    }
    return try read(kind.type)
  }

  /// Reads a stored object straight from its JSON; nil when anything about it is unusual, and then
  /// the other way says what.
  public static func readStored(_ json: Span<UInt8>, kind: Kind) -> (any Resource)? {
    func read<R: Resource>(_ type: R.Type, _ json: Span<UInt8>) -> (any Resource)? {
      JSONReader.read(json) { type.read(&$0) }
    }
    return read(kind.type, json)
  }
}
