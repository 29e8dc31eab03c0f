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

  let verb: Verb
  let keys: [ResourceKey]
  let context: CommandContext

  init(_ verb: Verb, _ keys: [ResourceKey], _ context: CommandContext) {
    self.verb = verb
    self.keys = keys
    self.context = context
  }

  /// Does it to all of them; what fails keeps no other from being done. A datastore that is not there
  /// for two in a row ends it: each of the others would wait for it as long. For one it may be that
  /// object alone that a server cannot take.
  ///
  /// - Parameter body: does it to one; false when it was passed over as the user asked.
  func each(_ body: (Int) async throws -> Bool) async throws {
    if keys.isEmpty { return context.output("No resources specified\n") }
    var done = 0
    var errors: [String] = []
    var unavailable = 0
    for index in keys.indices {
      do {
        if try await body(index) { done += 1 }
        unavailable = 0
      } catch {
        errors.append("\(error)")
        let left = keys.count - index - 1
        switch error as? DatastoreError {
        case .unavailable: unavailable += 1
        case .cancelled: unavailable = 2
        default: unavailable = 0
        }
        if left > 0, unavailable >= 2 {
          errors.append("the other \(left) were not tried")
          break
        }
      }
    }
    guard errors.isEmpty else { throw failure(errors, done: done) }
    context.output("Successfully \(verb.past) \(done) \(kind)resource(s)\n")
  }

  /// The kind in quotes and a space, when all are of one.
  private var kind: String {
    guard let first = keys.first, keys.allSatisfy({ $0.kind == first.kind }) else { return "" }
    return "'\(first.kind.rawValue)' "
  }

  private func failure(_ errors: [String], done: Int) -> CommandFailure {
    if done > 0 {
      // Calico's words, also where others than the first were done: the errors say which were not.
      context.output(
        "Partial success: \(verb.past) the first \(done) out of \(keys.count) \(kind)resources:\n")
      return CommandFailure(errors.map { "hit error: \($0)" }.joined(separator: "\n"))
    }
    let what = keys.count == 1 ? "\(kind)resource" : "any \(kind)resources"
    return CommandFailure(
      "failed to \(verb.rawValue) \(what): [\(errors.joined(separator: ", "))]")
  }
}
