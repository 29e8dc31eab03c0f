// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// A file of settings in the form of `/etc/calico/felix.cfg`: lines `Name = value`, under sections
/// that do not matter.
public struct SettingsFile: Hashable, Sendable {
  public static let defaultPath = "/etc/calico/felix.cfg"
  private static let limit = 1 << 20

  /// The values by name, as written.
  public var values: [String: String]
  /// The lines that say nothing that can be understood.
  public var problems: [String]

  /// Reads a file. One that does not exist has no settings.
  ///
  /// Errors: it cannot be read, or is larger than 1 MiB.
  public static func read(_ path: String) throws(ConfigurationError) -> SettingsFile {
    do throws(SmallFile.Failure) {
      let bytes = try SmallFile.read(path, limit: limit)
      return SettingsFile(String(decoding: bytes, as: UTF8.self), name: path)
    } catch {
      if error.isMissing { return SettingsFile("") }
      throw ConfigurationError("cannot read \(path): \(error)")
    }
  }

  /// Reads a text. Lines that begin with `#` or `;` are remarks, as is what follows ` #` or ` ;`. A
  /// value may stand in quotes. Of a name that stands twice, in any case, the last counts.
  ///
  /// - Parameter name: the file's name, for messages.
  public init(_ text: String, name: String = "") {
    values = [:]
    problems = []
    var names: [String: String] = [:]
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let line = Self.trimmed(line)
      if line.isEmpty || "#;[".contains(line.first ?? "#") { continue }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = Self.trimmed(parts[0])
      guard parts.count == 2, !key.isEmpty else {
        problems.append("\(name):\(index + 1): must be 'Name = value', is '\(line)'")
        continue
      }
      if let earlier = names.updateValue(key, forKey: key.lowercased()) { values[earlier] = nil }
      values[key] = Self.value(Self.trimmed(parts[1]))
    }
  }

  private static func value(_ text: String) -> String {
    if let quote = text.first, quote == "\"" || quote == "'",
      let end = text.dropFirst().firstIndex(of: quote)
    {
      return String(text[text.index(after: text.startIndex)..<end])
    }
    var previous: Character = " "
    for index in text.indices {
      if "#;".contains(text[index]), previous.isWhitespace { return trimmed(text[..<index]) }
      previous = text[index]
    }
    return text
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
