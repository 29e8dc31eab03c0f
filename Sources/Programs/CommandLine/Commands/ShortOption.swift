// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The options that have a short name, which means the same in every command.
///
/// DESIGN: the parser takes `-nkube-public` for a pack of short options, and if any letter of the
/// value is one (`l`, `n` …) it finds a value missing. So whatever follows a short option in one
/// word is taken apart before the parser sees it, by what is declared here.
enum ShortOption: Character, CaseIterable {
  case config = "c"
  case filename = "f"
  case logLevel = "l"
  case namespace = "n"
  case output = "o"
  case allNamespaces = "A"
  /// What calicoctl has called the same before.
  case allNamespacesToo = "a"
  case recursive = "R"
  case skipNotExists = "s"
  case help = "h"

  /// Whether a value must follow, in the same word or in the next.
  var takesValue: Bool {
    switch self {
    case .config, .filename, .logLevel, .namespace, .output: true
    case .allNamespaces, .allNamespacesToo, .recursive, .skipNotExists, .help: false
    }
  }

  /// The name as the parser takes it.
  var name: NameSpecification.Element { .customShort(rawValue) }

  /// Takes the short options of a command line apart: `-oyaml` becomes `-o=yaml`, `-Rfpol.yaml`
  /// becomes `-R` and `-f=pol.yaml`. What is behind `--`, and what has a letter that is not declared
  /// where an option must stand, is left as it is: the parser says what is wrong with it.
  ///
  /// An empty value, `-n=` or `--namespace=`, becomes a word of its own: the parser would take the
  /// word behind it for the value.
  static func separated(_ arguments: [String]) -> [String] {
    var result: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" { return result + [argument] + rest }
      result += separated(argument)
    }
    return result
  }

  private static func separated(_ argument: String) -> [String] {
    guard argument.hasPrefix("-"), argument.count > 2 else { return [argument] }
    if argument.hasPrefix("--") {
      let isEmpty = argument.firstIndex(of: "=") == argument.index(before: argument.endIndex)
      return isEmpty ? [String(argument.dropLast()), ""] : [argument]
    }
    var result: [String] = []
    var rest = argument.dropFirst()
    while let letter = rest.popFirst() {
      guard let option = ShortOption(rawValue: letter) else { return [argument] }
      guard option.takesValue else {
        // A flag has no value: `-A=true`.
        if rest.first == "=" { return [argument] }
        result.append("-\(letter)")
        continue
      }
      if rest.isEmpty { return result + ["-\(letter)"] }
      let value = rest.first == "=" ? rest.dropFirst() : rest
      return result + (value.isEmpty ? ["-\(letter)", ""] : ["-\(letter)=\(value)"])
    }
    return result
  }
}
