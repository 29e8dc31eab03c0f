// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

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

  /// Does it to all of them, up to the first failure.
  ///
  /// - Parameter body: does it to one; false when it was passed over as the user asked.
  func each(_ body: (Int) async throws -> Bool) async throws {
    if keys.isEmpty { return context.output("No resources specified\n") }
    var done = 0
    for index in keys.indices {
      do {
        if try await body(index) { done += 1 }
      } catch {
        throw failure(error, after: index)
      }
    }
    context.output("Successfully \(verb.past) \(done) \(kind)resource(s)\n")
  }

  /// The kind in quotes and a space, when all are of one.
  private var kind: String {
    guard let first = keys.first, keys.allSatisfy({ $0.kind == first.kind }) else { return "" }
    return "'\(first.kind.rawValue)' "
  }

  private func failure(_ error: any Error, after count: Int) -> CommandFailure {
    if count > 0 {
      context.output(
        "Partial success: \(verb.past) the first \(count) out of \(keys.count) \(kind)resources:\n")
      return CommandFailure("hit error: \(error)")
    }
    let what = keys.count == 1 ? "\(kind)resource" : "any \(kind)resources"
    return CommandFailure("failed to \(verb.rawValue) \(what): [\(error)]")
  }
}
