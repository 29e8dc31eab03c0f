// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

extension FelixSettings {
  /// Where a setting comes from; the first in this order that has it decides (compatibility §4.1).
  public enum Source: SettingSource {
    /// A variable `FELIX_<Name>`.
    case environment
    /// The configuration file.
    case file
    /// The FelixConfiguration `node.<name>`.
    case node
    /// A FelixConfiguration that selects the node, with its name.
    case selected(String)
    /// The FelixConfiguration `default`.
    case global
    case builtIn

    /// Whether only this node has it.
    public var isLocal: Bool { self == .environment || self == .file }

    public var description: String {
      switch self {
      case .environment: "environment variable"
      case .file: "configuration file"
      case .node: "FelixConfiguration of the node"
      case .selected(let name): "FelixConfiguration '\(name)'"
      case .global: "FelixConfiguration 'default'"
      case .builtIn: "default"
      }
    }
  }

  /// What the sources say.
  public struct Sources: Sendable {
    /// All variables of the process; those that do not begin with `FELIX_`, in any case, do not
    /// matter.
    public var environment: [String: String]
    public var file: SettingsFile
    /// What FelixConfigurations say, by the parameter's name: that of the node.
    public var node: [String: String]
    /// The configurations whose selectors select the node, by name; of several that have a setting
    /// the first by name decides.
    public var selected: [String: [String: String]]
    public var global: [String: String]

    public init(
      environment: [String: String] = [:], file: SettingsFile = SettingsFile(""),
      node: [String: String] = [:], selected: [String: [String: String]] = [:],
      global: [String: String] = [:]
    ) {
      self.environment = environment
      self.file = file
      self.node = node
      self.selected = selected
      self.global = global
    }
  }

  public typealias Resolution = SettingsResolution<FelixSettings, Source>
  public typealias Provenance = Resolution.Provenance

  /// Puts the settings together. An empty value counts as not given; `none` is the zero value. A
  /// value that cannot be read is replaced by the default, whatever weaker sources say.
  public static func resolve(_ sources: Sources) -> Resolution {
    var resolution = Resolution(
      FelixSettings(), parameters, layers(of: sources), elsewhere: elsewhere)
    resolution.unused = resolution.unused.map { FelixParameter.named($0)?.name ?? $0 }.sorted()
    return resolution
  }

  /// What looks like a parameter in the environment, and is read elsewhere: where the file is.
  private static let elsewhere: Set = ["configfile"]

  private typealias Layer = SettingLayer<Source>

  /// The sources, that with the highest precedence first.
  private static func layers(of sources: Sources) -> [Layer] {
    let environment = Layer(
      .environment, environment: sources.environment, prefixes: ["felix_"])
    let file = Layer(.file, sources.file.values)
    let selected = sources.selected.sorted { $0.key < $1.key }.map { name, parameters in
      Layer(.selected(name), parameters)
    }
    return [environment, file, Layer(.node, sources.node)] + selected
      + [Layer(.global, sources.global)]
  }
}
