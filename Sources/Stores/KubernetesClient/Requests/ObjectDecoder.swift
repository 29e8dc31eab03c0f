// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import KubernetesModel
import ValueTree

/// Takes answers apart as far as the client must, and leaves the objects in them as they are.
enum ObjectDecoder {
  struct Page {
    var items: [RawObject]
    var revision: String
    /// Where the next page begins; empty when this is the last.
    var next: String
  }

  /// The `Status` in an answer, in either form; nil when there is none.
  static func status(_ bytes: [UInt8]) -> KubernetesStatus? {
    if bytes.starts(with: ProtobufForm.magic) {
      guard let (kind, raw) = try? ProtobufForm.open(Data(bytes)), kind == "Status",
        let status = try? ProtobufForm.decode(KubeStatus.self, raw)
      else { return nil }
      return KubernetesStatus(status)
    }
    guard let value = try? JSON.parse(bytes, duplicateKeys: .kept) else { return nil }
    return KubernetesStatus(value)
  }

  static func object(
    _ bytes: [UInt8], _ format: ObjectFormat, of request: String
  ) throws(KubernetesError) -> RawObject {
    do {
      switch format {
      case .protobuf: return .protobuf(try ProtobufForm.open(Data(bytes)).raw)
      case .json: return .json(try JSON.parse(bytes, duplicateKeys: .kept))
      }
    } catch {
      throw .malformed("the answer to \(request) cannot be read: \(error)")
    }
  }

  static func page(
    _ bytes: [UInt8], _ format: ObjectFormat, of request: String
  ) throws(KubernetesError) -> Page {
    switch try object(bytes, format, of: request) {
    case .protobuf(let raw):
      do {
        let list = try ProtobufForm.decode(KubeList.self, raw)
        return Page(
          items: list.items.map { .protobuf($0) }, revision: list.metadata.resourceVersion,
          next: list.metadata.`continue`)
      } catch {
        throw .malformed("the answer to \(request) is no list: \(error)")
      }
    case .json(let value):
      let metadata = value["metadata"]
      guard metadata != nil, let revision = metadata?["resourceVersion"]?.string else {
        throw .malformed("the answer to \(request) is no list")
      }
      return Page(
        items: (value["items"]?.array ?? []).map { .json($0) }, revision: revision,
        next: metadata?["continue"]?.string ?? "")
    }
  }
}
