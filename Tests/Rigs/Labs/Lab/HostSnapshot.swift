// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What the machine itself looks like, outside of any lab, to show that a lab leaves nothing.
public struct HostSnapshot: Sendable {
  /// What is looked at.
  public enum Section: String, Sendable, CaseIterable {
    case namespaces, links, addresses, routes, rules, nftables, sysctls, connections, processes
    case folders
  }

  /// A line that is in one snapshot only.
  public struct Difference: Sendable, Hashable, CustomStringConvertible {
    public var section: Section
    public var line: String
    public var isNew: Bool
    public var description: String { "\(section.rawValue): \(isNew ? "+" : "-") \(line)" }
  }

  public private(set) var sections: [Section: [String]] = [:]

  /// Folders in which a node, a CNI plugin or BIRD could leave something.
  private static let folders = [
    "/tmp", "/etc/cni", "/etc/cni/net.d", "/etc/bird", "/etc/calico", "/opt/cni/bin",
    "/var/lib/calico", "/var/lib/cni", "/var/run/calico", "/var/log/calico", "/run/bird",
  ]
  /// Programs that a lab starts.
  private static let programs = [
    "calico", "calico-node", "calicoctl", "calico-demo", "lab-probe", "bird", "ip", "etcd",
    "kube-apiserver",
  ]

  /// Looks at the machine.
  public init() throws(LabError) {
    sections[.namespaces] = LabFiles.names(in: LabIdentity.namespaceFolder)
    sections[.links] = try Self.lines(["ip", "-br", "link"])
    sections[.addresses] = try Self.lines(["ip", "-br", "address"])
    sections[.routes] =
      try Self.lines(["ip", "-4", "route", "show", "table", "all"])
      + Self.lines(["ip", "-6", "route", "show", "table", "all"])
    sections[.rules] = try Self.lines(["ip", "-4", "rule"]) + Self.lines(["ip", "-6", "rule"])
    sections[.nftables] = try Self.lines(["nft", "--stateless", "list", "ruleset"])
    sections[.sysctls] = Self.sysctls("/proc/sys/net")
    sections[.connections] = try Self.connections()
    sections[.processes] = Self.processes()
    sections[.folders] = Self.folders.flatMap { folder in
      LabFiles.names(in: folder).map { "\(folder)/\($0)" }
    }
  }

  /// What is there now and was not before, and the other way round.
  public func differences(from before: HostSnapshot) -> [Difference] {
    Section.allCases.flatMap { section -> [Difference] in
      let old = before.sections[section] ?? []
      let new = sections[section] ?? []
      return new.difference(from: old).map { change in
        switch change {
        case .insert(_, let line, _): Difference(section: section, line: line, isNew: true)
        case .remove(_, let line, _): Difference(section: section, line: line, isNew: false)
        }
      }
    }
  }

  private static func lines(_ words: [String]) throws(LabError) -> [String] {
    // Lifetimes run down by themselves.
    try LabCommand.checked(words).split(separator: "\n").map { line in
      line.split(separator: " ").map { $0.hasSuffix("sec") ? "…" : String($0) }
        .joined(separator: " ")
    }
  }

  private static func sysctls(_ path: String) -> [String] {
    let names = LabFiles.names(in: path)
    guard names.isEmpty else { return names.flatMap { sysctls("\(path)/\($0)") } }
    // How many connections there are is no setting.
    guard !path.hasSuffix("_count"), let text = LabFiles.read(path, limit: 65_536) else {
      return []
    }
    return ["\(path.dropFirst("/proc/sys/".count)) = \(text.filter { $0 != "\n" })"]
  }

  /// Tracked connections between a lab's nodes and pods: the machine's own come and go.
  private static func connections() throws(LabError) -> [String] {
    try LabCommand.checked(["conntrack", "-L"]).split(separator: "\n").compactMap { line in
      let ends = line.split(separator: " ").filter { word in
        word.hasPrefix("src=") || word.hasPrefix("dst=")
      }
      let isOfLab = ends.allSatisfy { $0.contains("=172.31.48.") || $0.contains("=10.1.") }
      return isOfLab ? ends.joined(separator: " ") : nil
    }
  }

  private static func processes() -> [String] {
    var counts: [String: Int] = [:]
    for pid in ProcessTable.all where ProcessTable.startTime(of: pid) != nil {
      guard let name = ProcessTable.name(of: pid), programs.contains(name) else { continue }
      counts[name, default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
  }
}
