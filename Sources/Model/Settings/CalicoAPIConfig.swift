// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
public import ValueTree

/// How to reach the datastore, as a file says it (compatibility §1.10):
/// `/etc/calico/calicoctl.cfg`.
public struct CalicoAPIConfig: Described {
  public static let kind = "CalicoAPIConfig"
  public static let apiVersion = "projectcalico.org/v3"

  public var metadata = Metadata()
  public var spec = CalicoAPIConfigSpec()
  public var unknown: [Value.Member] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    var kind = Self.kind
    var version = Self.apiVersion
    v.required("kind", &kind, check: .equal(Self.kind), doc: "CalicoAPIConfig.")
    v.required("apiVersion", &version, check: .equal(Self.apiVersion), doc: "The API's version.")
    v.defaulted("metadata", &metadata, doc: "Of no use; may be empty.")
    v.defaulted("spec", &spec, doc: "How to reach the datastore.")
    v.rest(&unknown)
  }

  /// Reads the configuration from a file's bytes, YAML or JSON.
  ///
  /// Errors: all that is wrong with it, unknown fields too, each with line and path.
  public static func read(
    _ bytes: [UInt8], file: String
  ) throws(ConfigurationError) -> CalicoAPIConfig {
    let documents: [Document]
    do throws(SyntaxError) {
      documents = try YAML.documents(bytes, file: file)
    } catch {
      throw ConfigurationError("\(error)")
    }
    guard documents.count == 1, let document = documents.first else {
      throw ConfigurationError("\(file): must be one document, has \(documents.count)")
    }
    var context = DecodingContext(.strict)
    let config = Self.decode(document.value, &context)
    guard let config, context.problems.isEmpty else {
      throw ConfigurationError("\(ResourceError(context.problems, in: document))")
    }
    return config
  }
}
