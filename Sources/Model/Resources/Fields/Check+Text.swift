// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Selectors
import ValueTree

extension Check where T == String {
  /// One of a few words, in any case: Calico's environment and its YAML differ in case only.
  public static func word(_ words: String...) -> Check {
    Check(schema: [
      .init("pattern", .string("^(?i)(\(words.joined(separator: "|")))?$")),
      StrictSchema.pattern("^(?i)(\(words.joined(separator: "|")))$"),
    ]) { text in
      words.contains { $0.lowercased() == text.lowercased() }
        ? nil : "must be one of \(words.joined(separator: ", "))"
    }
  }

  /// One of a few words. Written in just these letters; stored words may differ in case.
  public static func exactWord(_ words: String...) -> Check {
    Check(schema: [
      .init("pattern", .string("^(?i)(\(words.joined(separator: "|")))?$")),
      StrictSchema.pattern("^(\(words.joined(separator: "|")))$"),
    ]) { text, context in
      let isOne =
        context.mode == .strict
        ? words.contains(text) : words.contains { $0.lowercased() == text.lowercased() }
      guard !isOne else { return }
      context.report(
        FieldProblem(
          path: ValuePath(), message: "must be one of \(words.joined(separator: ", "))",
          value: text))
    }
  }

  /// Exactly this text. Stored objects are filed under their kind, and are not asked.
  public static func equal(_ text: String) -> Check {
    Check(schema: [.init("enum", [.string(text)])]) { found, context in
      guard found != text, context.mode == .strict else { return }
      context.report(
        FieldProblem(path: ValuePath(), message: "must be \(text)", value: found))
    }
  }

  /// A text that is not empty.
  public static func filled(_ message: String = "must not be empty") -> Check {
    Check(schema: [.init("minLength", 1)]) { $0.isEmpty ? message : nil }
  }

  /// A text of so many bytes at most.
  public static func length(atMost limit: Int) -> Check {
    Check(schema: [.init("maxLength", .int(Int64(limit)))]) { text, context in
      guard text.utf8.count > limit else { return }
      context.report(
        FieldProblem(
          path: ValuePath(), message: "must have at most \(limit) bytes, has \(text.utf8.count)"))
    }
  }

  /// An IP address without a prefix length.
  public static var address: Check {
    Check { IPAddress($0) == nil ? "must be an IP address" : nil }
  }

  /// An IP address, or nothing.
  public static var addressOrNone: Check { address.unlessEmpty }

  /// An IP address of one family, or nothing.
  public static func addressOrNone(_ family: IPFamily, _ message: String? = nil) -> Check {
    Check { text in
      text.isEmpty || IPAddress(text)?.family == family
        ? nil : message ?? "must be an IPv\(family.rawValue) address"
    }
  }

  /// A CIDR, or an address, which stands for the CIDR of itself alone.
  public static var cidr: Check {
    // Not the format "cidr", which has no place for an address alone.
    Check(schema: [.init("maxLength", 64), .init("pattern", "^[0-9a-fA-F:.]+(/[0-9]+)?$")]) {
      if CIDR($0) != nil { return nil }
      return "must be an IP address or a CIDR" + (NearMiss.cidr($0).map { ": \($0)" } ?? "")
    }
  }

  /// An address with the prefix length of its network (host bits are kept), or without, or nothing.
  public static func interfaceAddressOrNone(_ family: IPFamily) -> Check {
    Check { text in
      text.isEmpty || (InterfaceAddress(text)?.family ?? IPAddress(text)?.family) == family
        ? nil : "must be an IPv\(family.rawValue) address, with or without a prefix length"
    }
  }

  /// A MAC address, or nothing.
  public static var macOrNone: Check {
    Check { $0.isEmpty || MACAddress($0) != nil ? nil : "must be a MAC address" }
  }

  /// The same check, which lets nothing pass.
  var unlessEmpty: Check {
    let (schema, run) = (schema, run)
    return Check(schema: Self.orEmpty(schema())) { text, context in
      if !text.isEmpty { run(text, &context) }
    }
  }

  private static func orEmpty(_ schema: [Value.Member]) -> [Value.Member] {
    schema.map { member in
      switch member.key {
      case "pattern": .init("pattern", .string("^$|\(member.value.string ?? "")"))
      case StrictSchema.member: .init(member.key, .object(orEmpty(member.value.members ?? [])))
      default: member
      }
    }
  }

  /// A selector of at most 1024 bytes. Where `global` is nil, `global()` is allowed; else it is
  /// refused with that message.
  public static func selector(global: String?) -> Check {
    selector { $0.usesGlobal ? global : nil }
  }

  private static func selector(
    _ wrong: @escaping @Sendable (Selector) -> String?
  ) -> Check {
    Check(schema: [.init("maxLength", 1024)]) { text in
      if text.isEmpty { return nil }
      if text.utf8.count > 1024 { return "selector must have at most 1024 bytes" }
      do throws(SelectorError) {
        return wrong(try Selector(text))
      } catch {
        return "invalid selector: \(error)"
      }
    }
  }

  /// A selector of labels, where `global()` says nothing.
  public static var selector: Check {
    .selector(global: "global() can only be used in an EntityRule namespaceSelector")
  }

  /// A selector of namespaces, where `global()` may stand, but alone.
  public static var namespaceSelector: Check {
    selector {
      $0.usesGlobal && $0.canonical != "global()"
        ? "global() cannot be combined with other selectors" : nil
    }
  }

  /// A time span: `1m30s`.
  public static var duration: Check {
    Check(schema: [.init("pattern", "^([-+]?([0-9]*(\\.[0-9]*)?(ns|us|µs|ms|s|m|h))+|0)?$")]) {
      DurationText($0) == nil ? "must be a time span such as 90s or 1m30s" : nil
    }.and(
      Check(
        strict: [.init("pattern", .string("^([-+]?0|\(spans))$"))],
        whenWritten: {
          (DurationText($0)?.seconds ?? 0) < 0 ? "must not be below 0, such as 90s or 1m30s" : nil
        }))
  }

  /// Time spans with units that are not below 0, as a pattern.
  private static let spans: String = {
    let unit = "(ns|us|µs|ms|s|m|h)"
    return "[+]?(([0-9]+[.]?[0-9]*|[.][0-9]+)\(unit))+|-((0+[.]?0*|[.]0+)\(unit))+"
  }()

  /// A time span whose unit is named also where it is 0, as the agents' settings have it.
  public static var durationWithUnit: Check {
    duration.and(
      Check(
        strict: [.init("pattern", .string("^(\(spans))$"))],
        whenWritten: {
          ["0", "+0", "-0"].contains($0) ? "must have a unit, such as 0s" : nil
        }))
  }

  /// A regular expression, or nothing.
  static var regularExpression: Check {
    Check(strict: [syntax(.regularExpression)], whenWritten: { RegularExpression.problem($0) })
  }

  private static func syntax(_ syntax: StrictSchema.Syntax) -> Value.Member {
    .init(StrictSchema.syntax, .string(syntax.rawValue))
  }

  /// Names of interfaces, comma-separated, and regular expressions between slashes.
  static var interfacesOrExpressions: Check {
    Check(
      strict: [syntax(.interfacesOrExpressions)],
      whenWritten: { text in
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
          let name = String(item.drop(while: { $0 == " " }))
          if name.count > 1, name.hasPrefix("/"), name.hasSuffix("/") {
            if let problem = RegularExpression.problem(String(name.dropFirst().dropLast())) {
              return problem
            }
          } else if !text.isEmpty, !NameRules.isInterfaceName(name) {
            return
              "must be names of interfaces, or regular expressions between slashes, with commas "
              + "between"
          }
        }
        return nil
      })
  }
}
