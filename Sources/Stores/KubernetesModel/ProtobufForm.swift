// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

package import FoundationEssentials
package import SwiftProtobuf

/// How Kubernetes puts an object into bytes in its protobuf form.
package enum ProtobufForm {
  /// The media type to ask for.
  package static let mediaType = "application/vnd.kubernetes.protobuf"
  /// What every object begins with.
  package static let magic: [UInt8] = [0x6b, 0x38, 0x73, 0x00]

  /// The object inside an envelope, and what it says that it is.
  ///
  /// Errors: it is no envelope, or one with a compressed content.
  package static func open(_ bytes: Data) throws(FormError) -> (kind: String, raw: Data) {
    guard bytes.starts(with: magic) else {
      throw FormError("it does not begin as Kubernetes' protobuf form does")
    }
    let envelope = try decode(KubeUnknown.self, bytes.dropFirst(magic.count))
    guard envelope.contentEncoding.isEmpty else {
      throw FormError("its content is encoded as '\(envelope.contentEncoding)'")
    }
    return (envelope.typeMeta.kind, envelope.raw)
  }

  /// Reads a message, skipping every field that is not declared.
  package static func decode<M: SwiftProtobuf.Message>(
    _ type: M.Type, _ bytes: Data
  ) throws(FormError) -> M {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    do {
      return try M(serializedBytes: bytes, extensions: nil, partial: true, options: options)
    } catch {
      throw FormError("it is no \(M.protoMessageName): \(error)")
    }
  }

  /// Bytes that are not in the form, and why.
  package struct FormError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
  }
}
