// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
public import Settings
import ValueTree

/// Which datastore to use and how to reach it (compatibility §1.10).
public struct DatastoreConfiguration: Hashable, Sendable {
  /// Where people's configuration is unless they say otherwise.
  public static let defaultFile = "/etc/calico/calicoctl.cfg"
  /// Where a local datastore is unless they say otherwise.
  public static let defaultPath = "/var/lib/calico/datastore.db"
  private static let fileLimit = 1 << 20

  public var type: DatastoreType
  /// Why it is this type, for messages.
  public var reason: String
  /// The file of a local datastore.
  public var path: String
  /// All that was configured, with the environment's part.
  public var spec: CalicoAPIConfigSpec

  /// The datastore of a program that was told the type and the path itself.
  ///
  /// - Parameters:
  ///   - path: the file of a local datastore; nil is the default path.
  ///   - reason: why it is that type.
  public init(type: DatastoreType, path: String? = nil, reason: String) {
    self.type = type
    self.reason = reason
    self.path = Self.given(path) ?? Self.defaultPath
    spec = CalicoAPIConfigSpec()
  }

  /// Takes what was configured, and chooses the type where none was.
  ///
  /// - Parameter environment: where to look for a Kubernetes API that nobody has named.
  ///
  /// Errors: a type that does not exist.
  public init(
    _ spec: CalicoAPIConfigSpec, environment: [String: String] = [:]
  ) throws(ConfigurationError) {
    self.spec = spec
    path = Self.given(spec.datastorePath) ?? Self.defaultPath
    if let word = Self.given(spec.datastoreType) {
      guard let type = DatastoreType(word: word) else {
        let known = DatastoreType.names(DatastoreType.allCases)
        throw ConfigurationError(
          "DATASTORE_TYPE (datastoreType) must be one of \(known), is \(word.quoted)")
      }
      self.type = type
      reason = "the type is configured"
    } else if Self.given(spec.datastorePath) != nil {
      (type, reason) = (.local, "CALICO_DATASTORE_PATH (datastorePath) is set, and no type")
    } else if Self.given(spec.etcdEndpoints) ?? Self.given(spec.etcdDiscoverySrv) != nil {
      (type, reason) = (.etcdv3, "etcd's servers are configured, and no type")
    } else if Self.given(spec.kubeconfig) ?? Self.given(spec.kubeconfigInline)
      ?? Self.given(spec.k8sAPIEndpoint) != nil
    {
      (type, reason) = (.kubernetes, "a Kubernetes API is configured, and no type")
    } else if let found = Self.foundKubernetes(environment) {
      (type, reason) = (.kubernetes, "no type is configured, and \(found)")
    } else {
      // Never a file by accident: an agent that lost its configuration would take the emptiness of
      // a new one for the cluster's state.
      (type, reason) = (
        .etcdv3,
        "the default, as nothing is configured; for a datastore in a file set DATASTORE_TYPE=local"
      )
    }
  }

  /// Reads the configuration: a file, and the environment, which goes before it.
  ///
  /// - Parameters:
  ///   - file: the file that people name; it must exist. Nil is the default file, if there is one.
  ///   - environment: the variables, by name.
  ///
  /// Errors: the file cannot be read or says what it must not (with line and path); a variable must
  /// not have that value.
  public static func read(
    file: String? = nil, environment: [String: String] = ProcessEnvironment.current
  ) throws(ConfigurationError) -> DatastoreConfiguration {
    try read(file: file, defaultFile: defaultFile, environment: environment)
  }

  static func read(
    file: String?, defaultFile: String, environment: [String: String]
  ) throws(ConfigurationError) -> DatastoreConfiguration {
    let path = file ?? defaultFile
    var spec = CalicoAPIConfigSpec()
    if let contents = try contents(of: path, isNamed: file != nil) {
      spec = try CalicoAPIConfig.read(contents, file: path).spec
    }
    try spec.override(from: environment)
    return try DatastoreConfiguration(spec, environment: environment)
  }

  private static func contents(
    of path: String, isNamed: Bool
  ) throws(ConfigurationError) -> [UInt8]? {
    do throws(SmallFile.Failure) {
      return try SmallFile.read(path, limit: fileLimit)
    } catch {
      if !error.isMissing { throw ConfigurationError("cannot read \(path): \(error)") }
      if isNamed { throw ConfigurationError("cannot read \(path): there is no such file") }
      return nil
    }
  }

  private static func given(_ text: String?) -> String? {
    text.flatMap { $0.isEmpty ? nil : $0 }
  }
}
