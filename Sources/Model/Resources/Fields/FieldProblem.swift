// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// Something wrong with one field.
public struct FieldProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where, from the top of the document.
  public var path: ValuePath
  /// What is wrong, and what is allowed.
  public var message: String
  /// The value that is wrong, as text, where that helps.
  public var value: String?
  /// Whether a field is meant that does not belong where it stands: the message ends in its path.
  private(set) var isUnknownField = false
  /// Whether what stands there is read all the same: something to tell people, nothing more.
  private(set) var isWarning = false
  /// Where such a field may belong.
  var hint: String?

  public init(path: ValuePath, message: String, value: String? = nil) {
    self.path = path
    self.message = message
    self.value = value
  }

  /// A problem at a path of names, such as `"spec", "cidr"`.
  public init(_ steps: String..., message: String, value: String? = nil) {
    self.init(path: ValuePath(steps.map { .key($0) }), message: message, value: value)
  }

  /// A field that is not declared where it stands.
  static func unknownField(_ path: ValuePath, hint: String?) -> FieldProblem {
    var problem = FieldProblem(
      path: path, message: "field in document is not recognized or is in the wrong location")
    problem.isUnknownField = true
    problem.hint = hint
    return problem
  }

  /// A field whose name is written in other letters than its own.
  static func otherCase(of name: String, written: String) -> FieldProblem {
    var problem = FieldProblem(written, message: "is read as \(name), which is how it is written")
    problem.isWarning = true
    return problem
  }

  /// `path: message`, with the value behind it where there is one: on one line, whatever the value.
  public var description: String {
    if isUnknownField { return "\(message): \(path)" + (hint.map { " (\($0))" } ?? "") }
    let place = path.steps.isEmpty ? "" : "\(path): "
    return place + message.onOneLine + (value.map { " (is \($0.quoted))" } ?? "")
  }

  /// The same in the words of Calico's client, with the reason in ours:
  /// `error with field CIDR = 'v' (spec.cidr: reason)`.
  public var clientText: String {
    isUnknownField || path.steps.isEmpty ? description : "error with field \(clientField)"
  }

  /// The same as one of several: `CIDR = 'v' (spec.cidr: reason)`.
  public var clientField: String {
    guard !isUnknownField, let name = path.clientName else { return description }
    return "\(name) = \((value ?? "").quoted) (\(path): \(message.onOneLine))"
  }
}

extension ValuePath {
  /// The last name of the path as Calico's client writes it, which is that of Go: `PeerIP`,
  /// `ASNumber`. Nil where nothing in it has a name.
  fileprivate var clientName: String? {
    for case .key(let key) in steps.reversed() {
      let first = key.prefix { $0.isLowercase || $0.isNumber }
      let word =
        Self.abbreviations[String(first)] ?? first.prefix(1).uppercased() + first.dropFirst()
      return (word + key.dropFirst(first.count)).onOneLine
    }
    return nil
  }

  /// What Go writes in capitals.
  private static let abbreviations = [
    "as": "AS", "bgp": "BGP", "bpf": "BPF", "cidr": "CIDR", "dns": "DNS", "dscp": "DSCP",
    "http": "HTTP", "icmp": "ICMP", "ip": "IP", "ipip": "IPIP", "ips": "IPs", "ipv4": "IPv4",
    "ipv6": "IPv6", "mac": "MAC", "mtu": "MTU", "nat": "NAT", "ttl": "TTL", "uid": "UID",
    "vxlan": "VXLAN", "xdp": "XDP",
  ]
}
