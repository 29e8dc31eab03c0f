// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// How names, labels and annotations must look (compatibility §1.4).
package enum NameRules {
  /// What is wrong with a resource's metadata.
  static func problems(of metadata: Metadata, kind: Kind) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    let name = metadata.name
    if let message = name.isEmpty ? "is required" : nameProblem(name, kind: kind) {
      problems.append(
        FieldProblem("metadata", "name", message: message, value: name.isEmpty ? nil : name))
    }
    if let problem = generatedNameProblem(metadata) { problems.append(problem) }
    if let namespace = metadata.namespace, !namespace.isEmpty {
      if !kind.isNamespaced {
        problems.append(
          FieldProblem(
            "metadata", "namespace", message: "\(kind.rawValue) is not namespaced",
            value: namespace))
      } else if !isLabel(namespace) {
        problems.append(
          FieldProblem(
            "metadata", "namespace", message: "must be a valid DNS label", value: namespace))
      }
    }
    return problems
      + Self.problems(ofLabels: metadata.labels, at: ValuePath([.key("metadata"), .key("labels")]))
      + Self.problems(
        ofAnnotations: metadata.annotations,
        at: ValuePath([.key("metadata"), .key("annotations")]))
  }

  /// What is wrong with what a server is to make a name of: the beginning of one.
  private static func generatedNameProblem(_ metadata: Metadata) -> FieldProblem? {
    let field = "generateName"
    guard let value = metadata.unknown.first(where: { $0.key == field })?.value, !value.isNull
    else { return nil }
    guard case .string(let text) = value else {
      return FieldProblem("metadata", field, message: "must be a string, is \(value.typeName)")
    }
    let isBeginning = text.isEmpty || isSubdomain(text.hasSuffix("-") ? text + "a" : text)
    return isBeginning
      ? nil
      : FieldProblem(
        "metadata", field,
        message: "must be the beginning of a name: lower case alphanumeric characters, '-' or '.'",
        value: text)
  }

  /// What is wrong with a name of a kind; nil when nothing is.
  static func nameProblem(_ name: String, kind: Kind) -> String? {
    if let only = kind.singletonName, name != only { return "must be \(only)" }
    switch kind {
    case .tier: return labelProblem(name)
    case .networkPolicy, .globalNetworkPolicy, .stagedNetworkPolicy, .stagedGlobalNetworkPolicy:
      return policyNameProblem(name, kind: kind)
    case .ipamBlock, .ipamHandle, .blockAffinity:
      return name.utf8.count > 253 ? "is too long" : nil  // IPAM's own records
    default: return subdomainProblem(name)
    }
  }

  private static func policyNameProblem(_ name: String, kind: Kind) -> String? {
    // The API server's limit holds for the whole name, whatever it begins with.
    if name.utf8.count > 253 { return "is too long: at most 253 characters" }
    let policy = PolicyName(name)
    if kind == .networkPolicy || kind == .stagedNetworkPolicy {
      for prefix in PolicyName.converted where name.hasPrefix(prefix) {
        return subdomainProblem(String(name.dropFirst(prefix.count)))
      }
    }
    let base = policy.tier.map { String(name.dropFirst($0.utf8.count + 1)) } ?? name
    if let problem = policy.tier.flatMap(labelProblem) { return problem }
    // Only the names of global policies in force are as short as a label.
    if kind == .globalNetworkPolicy { return labelProblem(base) }
    return isLabelOfAnyLength(base[...]) ? nil : labelForm
  }

  private static let labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"

  private static func labelProblem(_ name: String) -> String? {
    if name.utf8.count > 63 { return "is too long: at most 63 characters" }
    return isLabel(name) ? nil : labelForm
  }

  private static let labelForm =
    "name must consist of lower case alphanumeric characters or '-' (regex: \(labelPattern))"

  static func subdomainProblem(_ name: String) -> String? {
    if name.utf8.count > 253 { return "is too long: at most 253 characters" }
    return isSubdomain(name)
      ? nil
      : "name must consist of lower case alphanumeric characters, '-' or '.' (regex: "
        + "\(labelPattern)(\\.\(labelPattern))*)"
  }

  /// RFC 1123: lower-case letters, digits and dashes, the latter not at an end; up to 63.
  static func isLabel(_ name: String) -> Bool {
    (1...63).contains(name.utf8.count) && isLabelOfAnyLength(name[...])
  }

  private static func isLabelOfAnyLength(_ name: Substring) -> Bool {
    guard let first = name.utf8.first, let last = name.utf8.last else { return false }
    return isLowerOrDigit(first) && isLowerOrDigit(last)
      && name.utf8.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isSubdomain(_ name: String) -> Bool {
    name.utf8.count <= 253
      && name.split(separator: ".", omittingEmptySubsequences: false)
        .allSatisfy(isLabelOfAnyLength)
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  static func isWord(_ text: some StringProtocol, with marks: String) -> Bool {
    text.utf8.allSatisfy { byte in isLetterOrDigit(byte) || marks.utf8.contains(byte) }
  }

  /// A number in decimal digits, the first of several not 0.
  static func isNumber(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      && (text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0"))
  }

  /// `[a-zA-Z0-9_.-]{1,128}`
  package static func isPortName(_ name: String) -> Bool {
    (1...128).contains(name.utf8.count) && isWord(name, with: "_.-")
  }

  /// `[a-zA-Z0-9_.-]{1,15}`
  static func isInterfaceName(_ name: String) -> Bool {
    (1...15).contains(name.utf8.count) && isWord(name, with: "_.-")
  }

  /// A name of at most 63 letters, digits, dashes, underscores and dots, the marks not at an end.
  private static func isQualifiedPart(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 63 else {
      return false
    }
    return isLetterOrDigit(first) && isLetterOrDigit(last) && isWord(text, with: "-_.")
  }

  package static func isLabelKey(_ key: String) -> Bool {
    guard let slash = key.firstIndex(of: "/") else { return isQualifiedPart(key[...]) }
    return isSubdomain(String(key[..<slash])) && isQualifiedPart(key[key.index(after: slash)...])
  }

  /// What is wrong with labels, wherever they stand.
  static func problems(ofLabels labels: [String: String], at place: ValuePath) -> [FieldProblem] {
    // Sorted only where something is wrong: this is asked of very many labels.
    let wrong = labels.filter { !isLabelKey($0.key) || !isLabelValue($0.value) }
    return wrong.sorted { $0.key < $1.key }.map { key, value in
      let path = place.appending(key)
      if !isLabelKey(key) {
        return FieldProblem(
          path: path,
          message: "a label's name must be at most 63 letters, digits, '-', '_' or '.', beginning "
            + "and ending with a letter or digit, with an optional DNS prefix and '/' before it")
      }
      return FieldProblem(
        path: path,
        message: "a label's value must be empty or at most 63 letters, digits, '-', '_' or '.', "
          + "beginning and ending with a letter or digit", value: value)
    }
  }

  private static func isLabelValue(_ value: String) -> Bool {
    value.isEmpty || isQualifiedPart(value[...])
  }

  /// What is wrong with annotations, wherever they stand. The letters of their names may be
  /// capitals in the prefix too, as Kubernetes has it.
  static func problems(
    ofAnnotations annotations: [String: String], at place: ValuePath
  ) -> [FieldProblem] {
    // Some letters outside ASCII have small forms inside it.
    let isName = { (key: String) in
      key.utf8.allSatisfy { $0 < 0x80 } && isLabelKey(key.lowercased())
    }
    var problems = annotations.keys.sorted().filter { !isName($0) }.map {
      FieldProblem(
        path: place.appending($0),
        message: "an annotation's name must be at most 63 letters, digits, '-', '_' or '.', "
          + "beginning and ending with a letter or digit, with an optional DNS prefix and '/' "
          + "before it")
    }
    let size = annotations.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    if size > 262_144 {
      problems.append(
        FieldProblem(path: place, message: "must have at most 262144 bytes, has \(size)"))
    }
    return problems
  }

  /// What is wrong with the profiles that an endpoint names.
  static func problems(ofProfiles profiles: [String]) -> [FieldProblem] {
    profiles.enumerated().compactMap { index, name in
      subdomainProblem(name).map {
        FieldProblem(path: .spec("profiles").appending(index), message: $0, value: name)
      }
    }
  }

  /// What is wrong with a list that is meant as a set.
  static func problems<E: FieldValue & RawRepresentable>(
    ofSet list: [E], at place: ValuePath
  ) -> [FieldProblem] where E.RawValue == String {
    problems(ofSet: list.map(\.rawValue), at: place)
  }

  static func problems(ofSet list: [String], at place: ValuePath) -> [FieldProblem] {
    var seen: Set<String> = []
    return list.enumerated().compactMap { index, item in
      seen.insert(item).inserted
        ? nil
        : FieldProblem(
          path: place.appending(index), message: "is in the list more than once", value: item)
    }
  }

  /// What is wrong with the labels of a network set: its namespace is not for people to say.
  static func problems(ofNetworkSet metadata: Metadata) -> [FieldProblem] {
    guard metadata.labels["projectcalico.org/namespace"] != nil else { return [] }
    return [
      FieldProblem(
        "metadata", "labels", message: "projectcalico.org/namespace is not a valid label name")
    ]
  }
}
