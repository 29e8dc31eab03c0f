// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

extension FelixSettings {
  /// Where a setting comes from; the first in this order that has it decides (compatibility §4.1).
  public enum Source: Hashable, Sendable, CustomStringConvertible {
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
    var isLocal: Bool { self == .environment || self == .file }

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

  /// One setting as it came out.
  public struct Provenance: Hashable, Sendable {
    /// The parameter's name, as in the environment after `FELIX_`.
    public var name: String
    public var value: String
    public var source: Source
  }

  /// Settings put together from their sources.
  public struct Resolution: Sendable {
    public var settings: FelixSettings
    /// Every setting, by name.
    public var provenance: [Provenance]
    /// The values that cannot be read; the default stands in for them. Lines of the file that say
    /// nothing are in `SettingsFile.problems`.
    public var problems: [String]
    /// Those of the problems with which an agent does not start: in its own environment or file, with
    /// a setting that must not be another than was meant. In the datastore they stop nobody.
    public var fatal: [String]
    /// Parameters that are set but that this program does not use.
    public var unused: [String]
  }

  /// Puts the settings together. An empty value counts as not given; `none` is the zero value. A
  /// value that cannot be read is replaced by the default, whatever weaker sources say.
  public static func resolve(_ sources: Sources) -> Resolution {
    var resolution = Resolution(
      settings: FelixSettings(), provenance: [], problems: [], fatal: [], unused: [])
    let layers = layers(of: sources)
    for parameter in parameters {
      let name = parameter.name.lowercased()
      var source = Source.builtIn
      if let layer = layers.first(where: { $0.values[name] != nil }), let text = layer.values[name]
      {
        if let problem = parameter.read(text, &resolution.settings) {
          let wrong = "\(parameter.name) = '\(text)' from \(layer.source) \(problem)"
          resolution.problems.append(
            wrong + "; using '\(parameter.write(resolution.settings))'")
          if parameter.isVital, layer.source.isLocal { resolution.fatal.append(wrong) }
        } else {
          source = layer.source
        }
      }
      resolution.provenance.append(
        Provenance(
          name: parameter.name, value: parameter.write(resolution.settings), source: source))
    }
    resolution.provenance.sort { $0.name < $1.name }
    let used = Set(parameters.map { $0.name.lowercased() }).union(Self.elsewhere)
    let set = Set(layers.flatMap { $0.values.keys }).subtracting(used)
    resolution.unused = set.map { FelixParameter.named($0)?.name ?? $0 }.sorted()
    return resolution
  }

  /// What looks like a parameter in the environment, and is read elsewhere: where the file is.
  private static let elsewhere: Set = ["configfile"]

  /// A source's values by parameter name in lower case, without the empty ones.
  private struct Layer {
    var source: Source
    var values: [String: String] = [:]

    mutating func take(_ name: some StringProtocol, _ text: String) {
      if !text.isEmpty { values[name.lowercased()] = text }
    }

    init(_ source: Source) { self.source = source }

    init(_ source: Source, _ parameters: [String: String]) {
      self.source = source
      for (name, text) in parameters { take(name, text) }
    }
  }

  /// The sources, that with the highest precedence first.
  private static func layers(of sources: Sources) -> [Layer] {
    var environment = Layer(.environment)
    // In order, so that of two spellings of a name always the same one decides.
    for (name, value) in sources.environment.sorted(by: { $0.key < $1.key }) {
      guard name.utf8.count > 6, name.prefix(6).lowercased() == "felix_" else { continue }
      environment.take(name.dropFirst(6), value)
    }
    var file = Layer(.file)
    for (name, value) in sources.file.values { file.take(name, value) }
    let selected = sources.selected.sorted { $0.key < $1.key }.map { name, parameters in
      Layer(.selected(name), parameters)
    }
    return [environment, file, Layer(.node, sources.node)] + selected
      + [Layer(.global, sources.global)]
  }
}
