// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One setting of a program: its name, its form, and where its value is.
struct SettingParameter<Settings: Sendable>: Sendable {
  /// As in the environment, after the program's prefix: `InterfacePrefix`.
  var name: String
  /// Whether a change takes effect only when the program starts.
  var needsRestart: Bool
  /// Whether the program does not start with a value that cannot be read in its environment or file:
  /// what it would do instead is too far from what was meant.
  var isVital: Bool
  /// Whether an empty value is `none`; else it counts as not given.
  var emptyIsNone: Bool
  var write: @Sendable (Settings) -> String
  /// Takes a value; gives back what is wrong with it.
  var read: @Sendable (String, inout Settings) -> String?

  /// Whether what a source says, if anything, counts.
  func isGiven(_ text: String?) -> Bool { text.map { !$0.isEmpty || emptyIsNone } ?? false }

  init<T: Equatable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Settings, T> & Sendable, _ codec: SettingCodec<T>,
    restart: Bool = false, vital: Bool = false, emptyIsNone: Bool = false
  ) {
    self.name = name
    needsRestart = restart
    isVital = vital
    self.emptyIsNone = emptyIsNone
    write = { codec.write($0[keyPath: path]) }
    read = { text, settings in
      if text.isEmpty || text.lowercased() == "none" {
        guard let zero = codec.zero else { return "cannot be none: it must be \(codec.allowed)" }
        settings[keyPath: path] = zero
        return nil
      }
      guard let value = codec.read(text) else { return "must be \(codec.allowed)" }
      settings[keyPath: path] = value
      return nil
    }
  }
}
