// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import KubernetesModel
import ValueTree

/// One event of a watch.
package enum KubernetesWatchEvent: Sendable {
  /// The object was created or changed.
  case set(RawObject)
  /// The object as it was last.
  case deleted(RawObject)
  /// Every event up to this revision has been delivered: the watch can be resumed from here.
  case position(String)
}

/// An event as it is on the wire.
struct WireEvent {
  enum Content {
    case set(RawObject)
    case deleted(RawObject)
    case bookmark
    case error(KubernetesStatus)
  }

  var content: Content
  /// The revision of the object; nil for an error.
  var revision: String?

  /// Errors: `malformed`.
  init(_ bytes: [UInt8], _ format: ObjectFormat) throws(KubernetesError) {
    let type: String
    let object: RawObject
    do {
      switch format {
      case .protobuf:
        let event = try ProtobufForm.decode(KubeWatchEvent.self, Data(bytes))
        let raw = event.object.raw
        type = event.type
        object = .protobuf(
          raw.starts(with: ProtobufForm.magic) ? try ProtobufForm.open(raw).raw : raw)
      case .json:
        let value = try JSON.parse(bytes, duplicateKeys: .kept)
        type = value["type"]?.string ?? ""
        object = .json(value["object"] ?? .null)
      }
    } catch {
      throw .malformed("an event of a watch cannot be read: \(error)")
    }
    revision = object.revision
    switch type {
    case "ADDED", "MODIFIED": content = .set(object)
    case "DELETED": content = .deleted(object)
    case "BOOKMARK": content = .bookmark
    case "ERROR":
      revision = nil
      content = .error(object.status ?? KubernetesStatus(code: 0, message: "no reason is given"))
    default: throw .malformed("an event of a watch is of the unknown type '\(type)'")
    }
  }
}

extension RawObject {
  /// Its revision; nil when it has none that can be read.
  package var revision: String? {
    let revision: String? =
      switch self {
      case .json(let value): value["metadata"]?["resourceVersion"]?.string
      case .protobuf(let raw):
        (try? ProtobufForm.decode(KubeObject.self, raw))?.metadata.resourceVersion
      }
    return revision.flatMap { $0.isEmpty ? nil : $0 }
  }

  fileprivate var status: KubernetesStatus? {
    switch self {
    case .json(let value): KubernetesStatus(value)
    case .protobuf(let raw):
      (try? ProtobufForm.decode(KubeStatus.self, raw)).map { KubernetesStatus($0) }
    }
  }
}
