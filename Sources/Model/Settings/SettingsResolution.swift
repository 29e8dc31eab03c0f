// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where a setting comes from.
public protocol SettingSource: Hashable, Sendable, CustomStringConvertible {
  /// What has its default.
  static var builtIn: Self { get }
  /// Whether only this program has it: its environment, its file.
  var isLocal: Bool { get }
}

/// Settings put together from their sources.
public struct SettingsResolution<Settings: Sendable, Source: SettingSource>: Sendable {
  /// One setting as it came out.
  public struct Provenance: Hashable, Sendable {
    /// The parameter's name, as in the environment after the program's prefix.
    public var name: String
    public var value: String
    public var source: Source
  }

  public var settings: Settings
  /// Every setting, by name.
  public var provenance: [Provenance] = []
  /// The values that cannot be read; the default stands in for them. Lines of the file that say
  /// nothing are in `SettingsFile.problems`.
  public var problems: [String] = []
  /// Those of the problems with which a program does not start: in its own environment or file, with
  /// a setting that must not be another than was meant. In the datastore they stop nobody.
  public var fatal: [String] = []
  /// Parameters that are set but that this program does not use, in lower case.
  public var unused: [String] = []
}

/// A source's values by parameter name in lower case. An empty one counts only where there is no other.
struct SettingLayer<Source: SettingSource> {
  var source: Source
  var values: [String: String] = [:]

  mutating func take(_ name: some StringProtocol, _ text: String) {
    let name = name.lowercased()
    if !text.isEmpty || values[name] == nil { values[name] = text }
  }

  init(_ source: Source) { self.source = source }

  init(_ source: Source, _ parameters: [String: String]) {
    self.source = source
    for (name, text) in parameters { take(name, text) }
  }

  /// The variables that have one of the prefixes, in any case.
  init(_ source: Source, environment: [String: String], prefixes: [String]) {
    self.source = source
    // In order, so that of two spellings of a name always the same one decides.
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      for prefix in prefixes {
        let length = prefix.utf8.count
        guard name.utf8.count > length, name.prefix(length).lowercased() == prefix else { continue }
        take(name.dropFirst(length), value)
        break
      }
    }
  }
}

extension SettingsResolution {
  /// Puts settings together. An empty value counts as not given, for most parameters; `none` is the
  /// zero value. A value that cannot be read is replaced by the default, whatever weaker sources say.
  ///
  /// - Parameters:
  ///   - defaults: what has no source.
  ///   - layers: the sources, that with the highest precedence first.
  ///   - elsewhere: what looks like a parameter and is read elsewhere, in lower case.
  init(
    _ defaults: Settings, _ parameters: [SettingParameter<Settings>],
    _ layers: [SettingLayer<Source>], elsewhere: Set<String> = []
  ) {
    var resolution = Self(settings: defaults)
    for parameter in parameters {
      let name = parameter.name.lowercased()
      var source = Source.builtIn
      if let layer = layers.first(where: { parameter.isGiven($0.values[name]) }),
        let text = layer.values[name]
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
    let used = Set(parameters.map { $0.name.lowercased() }).union(elsewhere)
    let given = layers.flatMap { layer in layer.values.filter { !$0.value.isEmpty }.keys }
    resolution.unused = Set(given).subtracting(used).sorted()
    self = resolution
  }
}
