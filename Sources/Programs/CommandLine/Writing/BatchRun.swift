// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// One command on several resources, one after the other, and what is said of it.
struct BatchRun {
  /// What is done.
  enum Verb: String {
    case create, apply, replace, delete

    var past: String {
      switch self {
      case .create: "created"
      case .apply: "applied"
      case .replace: "replaced"
      case .delete: "deleted"
      }
    }
  }

  /// One of the resources.
  struct Target {
    var key: ResourceKey
    /// The revision that it must have in the datastore; nil when it may be any.
    var revision: String?
    /// Why nothing is done with it.
    var refusal: Refusal?

    init(key: ResourceKey) { self.key = key }

    init(_ item: ManifestItem) {
      key = item.key
      revision = item.revision
      refusal = item.refusal
    }

    /// Why nothing is done with it, with its name.
    var refusalText: String? { refusal.map(text) }

    /// What went wrong with it, with its name where the error does not say it.
    func text(of error: any Error) -> String {
      let text = "\(error)"
      if text.contains("\(key)") { return text }
      return (key.name.isEmpty ? key.kind.rawValue : "\(key)") + ": \(text)"
    }
  }

  let verb: Verb
  let targets: [Target]
  let context: CommandContext

  init(_ verb: Verb, _ targets: [Target], _ context: CommandContext) {
    self.verb = verb
    self.targets = targets
    self.context = context
  }

  init(_ verb: Verb, _ items: [ManifestItem], _ context: CommandContext) {
    self.init(verb, items.map(Target.init), context)
  }

  /// Does it to all of them in the datastore, which is opened only if there is something to do.
  ///
  /// - Parameter body: does it to the one of this number; false when it was passed over as the user
  ///   asked.
  func run(
    _ options: StoreOptions, _ body: (ResourceWriter, Int) async throws -> Bool
  ) async throws {
    if targets.allSatisfy({ $0.refusal != nil }) { return try await each { _ in false } }
    let makesFile = verb == .create || verb == .apply
    try await options.withStore(context, ensuringBuiltIns: true, makesFile: makesFile) { store in
      let writer = ResourceWriter(store)
      try await each { try await body(writer, $0) }
    }
  }

  /// What fails keeps no other from being done. A datastore that is not there for two in a row ends
  /// it: each of the others would wait for it as long. For one it may be that object alone that a
  /// server cannot take.
  private func each(_ body: (Int) async throws -> Bool) async throws {
    if targets.isEmpty { return context.output("No resources specified\n") }
    var done = 0
    var untried = 0
    var errors: [String] = []
    var unavailable = 0
    for (index, target) in targets.enumerated() {
      if let refusal = target.refusalText {
        errors.append(refusal)
      } else if unavailable >= 2 {
        untried += 1
      } else {
        do {
          if try await body(index) { done += 1 }
          unavailable = 0
        } catch {
          errors.append(target.text(of: error))
          switch error as? DatastoreError {
          case .unavailable: unavailable += 1
          case .cancelled: unavailable = 2
          default: unavailable = 0
          }
        }
      }
    }
    if untried > 0 { errors.append("the other \(untried) were not tried") }
    guard errors.isEmpty else { throw failure(errors, done: done) }
    context.output("Successfully \(verb.past) \(done) \(kind)resource(s)\n")
  }

  /// The kind in quotes and a space, when all are of one.
  private var kind: String {
    guard let first = targets.first?.key.kind, targets.allSatisfy({ $0.key.kind == first }) else {
      return ""
    }
    return "'\(first.rawValue)' "
  }

  private func failure(_ errors: [String], done: Int) -> CommandFailure {
    if done > 0 {
      // Calico's words, also where others than the first were done: the errors say which were not.
      context.output(
        "Partial success: \(verb.past) the first \(done) out of \(targets.count) \(kind)resources:\n"
      )
      return CommandFailure(errors.map { "hit error: \($0)" }.joined(separator: "\n"))
    }
    let what = targets.count == 1 ? "\(kind)resource" : "any \(kind)resources"
    return CommandFailure(
      "failed to \(verb.rawValue) \(what): [\(errors.joined(separator: ", "))]")
  }
}
