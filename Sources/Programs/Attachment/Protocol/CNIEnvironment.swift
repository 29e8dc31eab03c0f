// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What the runtime says through the environment (CNI specification, "Parameters").
struct CNIEnvironment: Sendable {
  enum Command: String, CaseIterable {
    case add = "ADD"
    case delete = "DEL"
    case check = "CHECK"
    case version = "VERSION"
  }

  let command: Command
  let containerID: String
  /// The path of the container's network namespace; empty where DEL is told none.
  let namespacePath: String
  let interfaceName: String
  let arguments: [String: String]
  /// What the names of interfaces on the host begin with (compatibility §1.7).
  let interfacePrefix: String
  /// Folders in which other plugins are found.
  let path: [String]

  /// Bytes of CNI_ARGS and of a path at most.
  private static let textLimit = 4096
  /// Bytes of a container's ID at most: with the network's name before it, it must be the ID of an
  /// IPAM handle.
  static let containerIDLimit = 128

  init(_ environment: [String: String]) throws(CNIError) {
    func value(_ name: String) -> String { environment[name] ?? "" }
    let word = value("CNI_COMMAND")
    guard let command = Command(rawValue: word) else {
      throw CNIError(
        .invalidEnvironment,
        word.isEmpty
          ? "required env variables [CNI_COMMAND] missing"
          : "CNI_COMMAND must be ADD, DEL, CHECK or VERSION, is '\(word)'")
    }
    self.command = command
    containerID = value("CNI_CONTAINERID")
    namespacePath = value("CNI_NETNS")
    interfaceName = value("CNI_IFNAME")
    path = value("CNI_PATH").split(separator: ":").map(String.init)
    guard command != .version else {
      interfacePrefix = Self.standardPrefix
      arguments = [:]
      return
    }
    var required = ["CNI_CONTAINERID", "CNI_IFNAME"]
    if command != .delete { required.append("CNI_NETNS") }
    let missing = required.filter { value($0).isEmpty }
    guard missing.isEmpty else {
      throw CNIError(
        .invalidEnvironment,
        "required env variables [\(missing.joined(separator: ","))] missing")
    }
    guard Words.isIdentifier(containerID), containerID.utf8.count <= Self.containerIDLimit else {
      throw CNIError(
        .invalidEnvironment,
        "CNI_CONTAINERID must be 1 to \(Self.containerIDLimit) letters, digits, '.', '_' or '-', "
          + "the first a letter or digit, is '\(Words.shortened(containerID))'")
    }
    guard Words.isInterfaceName(interfaceName) else {
      throw CNIError(
        .invalidEnvironment,
        "CNI_IFNAME must be 1 to 15 lower case letters, digits or '.', the ends no '.', is "
          + "'\(Words.shortened(interfaceName))'")
    }
    guard namespacePath.utf8.count <= Self.textLimit,
      namespacePath.isEmpty || namespacePath.hasPrefix("/")
    else {
      throw CNIError(
        .invalidEnvironment,
        "CNI_NETNS must be an absolute path, is '\(Words.shortened(namespacePath))'")
    }
    interfacePrefix = try Self.prefix(value("FELIX_INTERFACEPREFIX"))
    arguments = try Self.arguments(value("CNI_ARGS"))
  }

  private static let standardPrefix = "cali"

  /// The first of the agent's prefixes, so that both mean the same interfaces. Eleven digits follow
  /// it, and an interface's name has at most 15 bytes.
  private static func prefix(_ list: String) throws(CNIError) -> String {
    guard let first = list.split(separator: ",", omittingEmptySubsequences: false).first,
      !list.isEmpty
    else { return standardPrefix }
    guard (1...4).contains(first.utf8.count), Words.isInterfacePrefix(first) else {
      throw CNIError(
        .invalidEnvironment,
        "FELIX_INTERFACEPREFIX must begin with a prefix of 1 to 4 letters, digits, '_' or '-', is "
          + "'\(Words.shortened(list))'")
    }
    return String(first)
  }

  /// `K=V;K=V`
  private static func arguments(_ text: String) throws(CNIError) -> [String: String] {
    guard text.utf8.count <= textLimit else {
      throw CNIError(.invalidEnvironment, "CNI_ARGS must have at most \(textLimit) bytes")
    }
    var arguments: [String: String] = [:]
    for pair in text.split(separator: ";") {
      guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
        throw CNIError(
          .invalidEnvironment,
          "CNI_ARGS must be KEY=VALUE pairs separated by ';', has '\(Words.shortened(pair))'")
      }
      arguments[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    return arguments
  }
}
