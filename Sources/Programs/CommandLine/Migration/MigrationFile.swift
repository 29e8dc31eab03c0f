// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import ValueTree

/// The file between an export and an import: one resource a YAML document.
///
/// Unlike manifests of people it holds kinds that only programs write, and fields that this version
/// does not know are kept.
struct MigrationFile {
  /// Bytes of a file at most.
  static let limit = 1 << 30
  /// Bytes that are read at once, of the 16 MiB that the YAML reader takes.
  private static let chunk = 8 << 20

  private(set) var resources: [any Resource] = []
  private var complaints: [String] = []
  private var places: [ResourceKey: String] = [:]

  /// One document of the file, with the line that parts it from what was before.
  static func text(of resource: any Resource) -> String {
    "---\n" + YAML.encode(resource.encode())
  }

  /// Reads a whole file.
  ///
  /// Errors: all that is wrong with it, with the places.
  static func read(_ bytes: [UInt8], file: String) throws -> [any Resource] {
    var reader = MigrationFile()
    for (line, part) in parts(of: bytes) {
      reader.read(part, file: line == 1 ? file : "\(file) from line \(line)")
    }
    guard reader.complaints.isEmpty else {
      let some = reader.complaints.prefix(20).joined(separator: "\n")
      let more = reader.complaints.count - 20
      throw CommandFailure(
        "nothing was imported: the file cannot be used:\n" + some
          + (more > 0 ? "\nand \(more) more" : ""))
    }
    guard !reader.resources.isEmpty else {
      throw CommandFailure("\(file) holds no resources: it must be what an export has written")
    }
    return reader.resources
  }

  private mutating func read(_ bytes: [UInt8], file: String) {
    do {
      for document in try YAML.documents(bytes, file: file) { read(document) }
    } catch {
      complaints.append(error.description)
    }
  }

  private mutating func read(_ document: Document) {
    func problem(_ field: String, _ message: String) -> String {
      ResourceError([FieldProblem(field, message: message)], in: document).description
    }
    guard let kind = document.value["kind"]?.string.flatMap(Kind.init(rawValue:)),
      document.value["apiVersion"]?.string == IPPool.apiVersion
    else {
      complaints.append(
        problem("kind", "must be a kind of Calico's with apiVersion \(IPPool.apiVersion)"))
      return
    }
    do throws(ResourceError) {
      let stored = try ResourceDocument.decodeStored(document.value, kind: kind)
      let key = stored.resource.key
      if !stored.problems.isEmpty { throw ResourceError(stored.problems, in: document) }
      if key.name.isEmpty || kind.isNamespaced && key.namespace?.isEmpty ?? true {
        complaints.append(problem("metadata", "must have a name, and a namespace if it is in one"))
      } else if places.updateValue(document.file, forKey: key) != nil {
        complaints.append(problem("metadata", "\(key) stands twice in the file"))
      } else {
        resources.append(Migration.portable(stored.resource))
      }
    } catch {
      complaints.append(error.description)
    }
  }

  /// The parts of a file that are read one by one, each with the number of its first line. They
  /// begin and end between documents.
  private static func parts(of bytes: [UInt8]) -> [(line: Int, bytes: [UInt8])] {
    if bytes.count <= chunk { return [(1, bytes)] }
    var result: [(line: Int, bytes: [UInt8])] = []
    var (start, startLine) = (0, 1)
    var (position, line) = (0, 1)
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      // The text of a resource is indented, so that this is never inside one.
      if position - start >= chunk, bytes[position..<end].elementsEqual("---".utf8) {
        result.append((startLine, Array(bytes[start..<position])))
        (start, startLine) = (position, line)
      }
      position = end + 1
      line += 1
    }
    result.append((startLine, Array(bytes[start...])))
    return result
  }
}
