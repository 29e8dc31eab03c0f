// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

extension Check where T == String {
  /// A name of interfaces: with `+` at its end those that begin so.
  static var interfacePattern: Check {
    words(atMost: 15, "must be at most 15 letters, digits, ':', '.', '_', '+' or '-'")
  }

  /// An address or name to listen on.
  static var host: Check {
    words(atMost: 64, "must be at most 64 letters, digits, ':', '.', '_', '+' or '-'")
  }

  private static func words(atMost limit: Int, _ message: String) -> Check {
    Check(
      strict: [.init("pattern", .string("^[a-zA-Z0-9:._+-]{0,\(limit)}$"))],
      whenWritten: {
        $0.utf8.count <= limit && NameRules.isWord($0, with: ":._+-") ? nil : message
      })
  }

  /// What names of interfaces begin with, comma-separated.
  static var interfacePrefixes: Check {
    let prefix = "[a-zA-Z0-9_-]{1,15}"
    return Check(
      strict: [.init("pattern", .string("^\(prefix)(,\(prefix))*$"))],
      whenWritten: { text in
        text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy {
          (1...15).contains($0.utf8.count) && NameRules.isWord($0, with: "_-")
        }
          ? nil
          : "must be comma-separated prefixes of 1 to 15 letters, digits, '_' or '-'"
      })
  }

  /// A number per second, minute, hour or day, or nothing.
  static var rate: Check {
    Check(
      strict: [.init("pattern", "^(0*[1-9][0-9]{0,3}/(second|minute|hour|day))?$")],
      whenWritten: { text in
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isRate =
          parts.count == 2 && (1...9999).contains(Int(parts[0]) ?? 0) && !parts[0].hasPrefix("+")
          && ["second", "minute", "hour", "day"].contains(parts[1])
        return text.isEmpty || isRate
          ? nil : "must be a number from 1 to 9999, '/' and second, minute, hour or day"
      })
  }
}

extension Check where T == Int {
  /// A 32-bit mask with at least two bits set.
  static var markMask: Check {
    Check(
      strict: [
        .init("minimum", 3), .init("maximum", .int(Int64(UInt32.max))),
        .init("not", ["enum": .array((0..<32).map { .int(1 << $0) })]),
      ],
      whenWritten: {
        (0...Int(UInt32.max)).contains($0) && $0.nonzeroBitCount >= 2
          ? nil : "must be a 32-bit mask with at least two bits set"
      })
  }
}

extension Check where T == PolicyPort {
  /// A number or a range of numbers from 0 to 65535.
  static var numeric: Check {
    Check(
      strict: numericSchema,
      whenWritten: {
        $0.range == nil ? "must be a port or a range \"n:m\" from 0 to 65535" : nil
      })
  }

  fileprivate static var numericSchema: [Value.Member] {
    [
      .init("minimum", 0), .init("maximum", 65535),
      .init(StrictSchema.syntax, .string(StrictSchema.Syntax.numbers.rawValue)),
      .init("pattern", .string("^\(StrictSchema.port)(:\(StrictSchema.port))?$")),
    ]
  }
}

extension Check where T == [PolicyPort] {
  /// The node ports of Kubernetes.
  static var nodePorts: Check {
    .each(
      Check<PolicyPort>(
        strict: Check<PolicyPort>.numericSchema,
        whenWritten: { port in
          if port.name != nil { return "node port ranges should not contain named ports" }
          return port.range == nil ? "must be a port or a range \"n:m\" from 0 to 65535" : nil
        })
    ).and(
      Check(schema: [.init("maxItems", 7)]) { ports, context in
        guard ports.count > 7 else { return }
        context.report(FieldProblem(message: "node port ranges list is too long (max 7)"))
      })
  }
}
