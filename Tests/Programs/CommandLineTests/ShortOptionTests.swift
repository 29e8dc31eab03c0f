// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import TestSupport
import Testing

@testable import CommandLine

@Suite("Short options, written as scripts write them")
struct ShortOptionTests {
  /// A command that does something, and what its line needs beside the option that is tried.
  struct Verb: Sendable, CustomTestStringConvertible {
    let words: [String]
    /// The short options that it has.
    let options: String
    /// What is needed when no file is given.
    var rest: [String] = []
    var testDescription: String { words.joined(separator: " ") }
  }

  static let verbs: [Verb] = [
    Verb(words: ["create"], options: "clfnR", rest: ["--filename", "x.yaml"]),
    Verb(words: ["replace"], options: "clfnR", rest: ["--filename", "x.yaml"]),
    Verb(words: ["apply"], options: "clfnR", rest: ["--filename", "x.yaml"]),
    Verb(words: ["delete"], options: "clfnRs", rest: ["node", "x"]),
    Verb(words: ["get"], options: "clfnRoAa", rest: ["node", "x"]),
    Verb(words: ["ipam", "check"], options: "cl"),
    Verb(words: ["ipam", "release"], options: "cl", rest: ["--ip", "10.0.0.1"]),
    Verb(words: ["ipam", "show"], options: "cl"),
    Verb(words: ["node", "status"], options: "l"),
    Verb(words: ["datastore", "migrate", "export"], options: "cl"),
    Verb(
      words: ["datastore", "migrate", "import"], options: "clf", rest: ["--filename", "x.yaml"]),
    Verb(words: ["datastore", "migrate", "lock"], options: "cl"),
    Verb(words: ["datastore", "migrate", "unlock"], options: "cl"),
    Verb(words: ["version"], options: "cl"),
  ]

  private static let longNames: [ShortOption: String] = [
    .config: "--config", .filename: "--filename", .logLevel: "--log-level",
    .namespace: "--namespace", .output: "--output", .allNamespaces: "--all-namespaces",
    .allNamespacesToo: "--all-namespaces", .recursive: "--recursive",
    .skipNotExists: "--skip-not-exists",
  ]

  /// Values that have each of the letters in them that are options, at each place.
  private static let values =
    [
      "yaml", "default", "kube-public", "pol.yaml", "/etc/calico/calicoctl.cfg", "-", "a=b", "x",
      "",
    ]
    + ["panic", "fatal", "error", "warn", "info", "debug"]
    + ShortOption.allCases.flatMap { option in
      let letter = String(option.rawValue)
      return [letter, "\(letter)x", "x\(letter)x", "x-\(letter)"]
    }

  /// What the parser makes of a line: the command with all its values, or what is said.
  private func reading(_ arguments: [String]) -> String {
    do {
      var text = ""
      dump(try CalicoctlProgram.parse(arguments), to: &text)
      return text
    } catch {
      return "refused: " + CalicoctlCommand.message(for: error)
    }
  }

  @Test("all commands are tried")
  func complete() {
    func leaves(_ command: any ParsableCommand.Type) -> [String] {
      let inner = command.configuration.subcommands
      let name = command.configuration.commandName ?? ""
      return inner.isEmpty ? [name] : inner.flatMap { leaves($0).map { "\(name) \($0)" } }
    }
    #expect(
      Set(leaves(CalicoctlCommand.self))
        == Set(Self.verbs.map { "calicoctl \($0.testDescription)" })
    )
  }

  @Test("whatever the letters of a value, it is taken apart from its option")
  func apart() {
    for option in ShortOption.allCases where option.takesValue {
      let short = "-\(option.rawValue)"
      for value in Self.values {
        let wanted = value.isEmpty ? [short, ""] : ["\(short)=\(value)"]
        #expect(ShortOption.separated(["\(short)=\(value)"]) == wanted)
        if !value.isEmpty { #expect(ShortOption.separated(["\(short)\(value)"]) == wanted) }
        for flag in ShortOption.allCases where !flag.takesValue {
          #expect(
            ShortOption.separated(["-\(flag.rawValue)\(option.rawValue)=\(value)"])
              == ["-\(flag.rawValue)"] + wanted)
        }
      }
    }
  }

  @Test(
    "a value may be joined, follow '=' or stand in the next word, with every command",
    arguments: verbs)
  func joined(verb: Verb) throws {
    for option in ShortOption.allCases where option.takesValue {
      let (short, long) = ("-\(option.rawValue)", try #require(Self.longNames[option]))
      let rest = option == .filename ? [] : verb.rest
      let value = option == .logLevel ? "fatal" : "kube-public=lnofcARsah.yaml"
      let wanted = reading(verb.words + rest + [long, value])
      for form in [["\(short)\(value)"], ["\(short)=\(value)"], [short, value]] {
        let found = reading(verb.words + form + rest)
        guard verb.options.contains(option.rawValue) else {
          #expect(found.hasPrefix("refused: "), "\(form): \(found)")
          continue
        }
        // The texts are long, and comparing them is for failures.
        let isSame = found == wanted && !found.hasPrefix("refused")
        #expect(isSame, "\(form): \(found)")
      }
    }
  }

  @Test("flags may stand in one word, with an option and its value behind them", arguments: verbs)
  func packs(verb: Verb) throws {
    let flags = ShortOption.allCases.filter {
      !$0.takesValue && $0 != .help && verb.options.contains($0.rawValue)
    }
    let options = ShortOption.allCases.filter {
      $0.takesValue && verb.options.contains($0.rawValue)
    }
    for flag in flags {
      let long = try #require(Self.longNames[flag])
      #expect(
        reading(verb.words + verb.rest + ["-\(flag.rawValue)"])
          == reading(verb.words + verb.rest + [long]))
      for option in options {
        let value = option == .logLevel ? "fatal" : "lnofc"
        let rest = option == .filename ? [] : verb.rest
        let wanted = reading(
          verb.words + rest + [long, try #require(Self.longNames[option]), value])
        let pack = "-\(flag.rawValue)\(option.rawValue)"
        for form in [["\(pack)\(value)"], [pack, value]] {
          let isSame = reading(verb.words + rest + form) == wanted
          // One namespace and all of them cannot be asked for at once.
          let isRefused = option == .namespace && long == "--all-namespaces"
          #expect(isSame && wanted.hasPrefix("refused") == isRefused, "\(form)")
        }
      }
    }
  }

  @Test("the log level may stand before the command")
  func first() {
    let wanted = reading(["--log-level", "fatal", "get", "nodes"])
    for form in [["-lfatal"], ["-l=fatal"], ["-l", "fatal"]] {
      #expect(reading(form + ["get", "nodes"]) == wanted)
      #expect(!reading(form + ["get", "nodes"]).hasPrefix("refused"))
    }
  }

  @Test("what is behind -- is no option, and what is none is named whole")
  func others() {
    #expect(ShortOption.separated(["get", "--", "-oyaml"]) == ["get", "--", "-oyaml"])
    #expect(
      ShortOption.separated(["-", "--output=x", "-xoyaml"]) == ["-", "--output=x", "-xoyaml"])
    #expect(reading(["get", "nodes", "-xyaml"]).hasPrefix("refused: Unknown option '-x"))
    #expect(reading(["get", "nodes", "-A=yes"]).hasPrefix("refused: "))
    #expect(reading(["get", "nodes", "-o"]).hasPrefix("refused: Missing value for '-o"))
  }

  @Test("the lines of old scripts do what they say")
  func scripts() async throws {
    let desk = Desk()
    let policy = """
      apiVersion: projectcalico.org/v3
      kind: NetworkPolicy
      metadata: {name: allow, namespace: kube-public}
      """
    let file = try desk.folder.write(policy, to: "pol.yaml")
    #expect(await desk.run("apply", "-f\(file)").code == 0)
    let listed = await desk.run("get", "np", "-nkube-public")
    #expect(listed.output.contains("kube-public   allow"))
    #expect(await desk.run("get", "np", "-n=kube-public") == listed)
    #expect(await desk.run("get", "np", "-ndefault").output.contains("allow") == false)
    let yaml = await desk.run("get", "np", "--all-namespaces", "-oyaml")
    #expect(yaml.output.contains("kind: NetworkPolicyList"))
    #expect(await desk.run("get", "np", "-Aoyaml").output == yaml.output)
    #expect(await desk.run("apply", "-f-", input: policy).code == 0)
    // A variable of a script that is not set.
    #expect(await desk.run("get", "np", "-n=") == (await desk.run("get", "np")))
  }
}
