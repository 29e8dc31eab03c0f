// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One step of a YAML stream, copied out of libyaml's memory.
struct YAMLEvent {
  enum Content {
    case documentStart
    /// The end of a document, a list, a map or the stream.
    case end
    case alias(String)
    case scalar(Scalar)
    case sequence(Properties)
    case mapping(Properties)
  }

  /// What may stand before a node.
  struct Properties {
    var anchor: String?
    var tag: String?
  }

  struct Scalar {
    var text: String
    /// Without quotes and without a tag: its type follows from its text.
    var isPlain: Bool
    var properties: Properties
  }

  var content: Content
  var mark: Mark
}
