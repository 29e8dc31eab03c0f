// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The command line.
struct ProbeProgram {
  private let words: [String]
  private var options: [String: [String]] = [:]
  private var problem: String?

  private static let usage = """
    usage: lab-probe serve [--name NAME] tcp:PORT|udp:PORT ...
           lab-probe connect tcp|udp|icmp ADDRESS PORT [--timeout-ms N] [--source ADDRESS]
           lab-probe check [--timeout-ms N] tcp/ADDRESS/PORT|udp/ADDRESS/PORT|icmp/ADDRESS ...
           lab-probe stream [--to ADDRESS/PORT] [--interval-ms N] [--denied tcp/ADDRESS/PORT ...]
           lab-probe get ADDRESS PORT PATH [--timeout-ms N]
    connect: exit status 0 answered, 1 refused, 2 timeout, 3 unreachable. stream: until SIGTERM.
    """

  init(arguments: [String]) {
    var words: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        words.append(word)
        continue
      }
      guard let value = rest.popFirst() else {
        problem = "\(word) needs a value"
        break
      }
      options[word, default: []].append(value)
    }
    self.words = words
  }

  func run() -> Int32 {
    if let problem { return misused(problem) }
    let operands = Array(words.dropFirst())
    switch words.first {
    case "serve": return serve(operands)
    case "connect": return connect(operands)
    case "check": return check(operands)
    case "stream": return stream()
    case "get": return get(operands)
    default: return misused(nil)
    }
  }

  private func misused(_ problem: String?) -> Int32 {
    if let problem { complain("lab-probe: \(problem)") }
    complain(Self.usage)
    return 64
  }

  private func number(_ name: String, _ standard: Int) -> Int? {
    guard let text = options[name]?.last else { return standard }
    return Int(text).flatMap { (1...3_600_000).contains($0) ? $0 : nil }
  }

  private func serve(_ operands: [String]) -> Int32 {
    var ports: [(Transport, UInt16)] = []
    for word in operands {
      let parts = word.split(separator: ":")
      guard parts.count == 2, let transport = Transport(rawValue: String(parts[0])),
        transport != .icmp, let port = UInt16(parts[1])
      else { return misused("'\(word)' is no tcp:PORT or udp:PORT") }
      ports.append((transport, port))
    }
    guard !ports.isEmpty else { return misused("nothing to serve") }
    return Server(name: options["--name"]?.last ?? "probe", ports: ports).run()
  }

  private func connect(_ operands: [String]) -> Int32 {
    guard operands.count == 3 || operands.count == 2 && operands.first == "icmp" else {
      return misused("connect needs a protocol, an address and a port")
    }
    return check([operands.joined(separator: "/")], isSingle: true)
  }

  /// `tcp/10.1.0.1/80`
  private func target(_ word: String) -> (Transport, SocketAddress)? {
    let parts = word.split(separator: "/")
    guard let transport = parts.first.flatMap({ Transport(rawValue: String($0)) }),
      parts.count == 3 || parts.count == 2 && transport == .icmp,
      let port = transport == .icmp ? 0 : UInt16(parts[2]),
      let address = SocketAddress(String(parts[1]), port: port)
    else { return nil }
    return (transport, address)
  }

  private func check(_ operands: [String], isSingle: Bool = false) -> Int32 {
    guard let milliseconds = number("--timeout-ms", 2000) else {
      return misused("--timeout-ms must be a number of milliseconds")
    }
    var source: SocketAddress?
    if let text = options["--source"]?.last {
      source = SocketAddress(text, port: 0)
      guard source != nil else { return misused("--source '\(text)' is no address") }
    }
    var attempts: [Attempt] = []
    for word in operands {
      guard let (transport, address) = target(word) else {
        return misused("'\(word)' is no target")
      }
      attempts.append(Attempt(transport, address, source: source, milliseconds: milliseconds))
    }
    Connector(attempts: attempts).run()
    for (word, attempt) in zip(operands, attempts) {
      let text = (attempt.outcome ?? .timeout).text
      say(isSingle ? text : "\(word) \(text)")
    }
    return isSingle ? attempts.first?.outcome?.status ?? 2 : 0
  }

  private func stream() -> Int32 {
    guard let interval = number("--interval-ms", 10) else {
      return misused("--interval-ms must be a number of milliseconds")
    }
    var main: SocketAddress?
    if let text = options["--to"]?.last {
      guard let (_, address) = target("tcp/" + text) else { return misused("--to '\(text)'") }
      main = address
    }
    var denied: [(text: String, transport: Transport, address: SocketAddress)] = []
    for text in options["--denied"] ?? [] {
      guard let (transport, address) = target(text) else { return misused("--denied '\(text)'") }
      denied.append((text, transport, address))
    }
    guard main != nil || !denied.isEmpty else { return misused("stream needs --to or --denied") }
    return Stream(target: main, denied: denied, interval: interval).run()
  }

  private func get(_ operands: [String]) -> Int32 {
    guard operands.count == 3, let port = UInt16(operands[1]),
      let address = SocketAddress(operands[0], port: port), operands[2].hasPrefix("/"),
      let milliseconds = number("--timeout-ms", 5000)
    else { return misused("get needs an address, a port and a path") }
    return Getter(address: address, path: operands[2], milliseconds: milliseconds).run()
  }
}
