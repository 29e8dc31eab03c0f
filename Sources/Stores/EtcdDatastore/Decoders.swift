// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Tasks that decode the pages of a list, each some part of one. They are in no task group, whose
/// children would have the priority of the call for the next page.
struct Decoders<Part: Sendable> {
  private var tasks: [Task<Part, Never>] = []

  /// Below the call for the next page, which otherwise waits until all of this one is done.
  mutating func start(_ work: @escaping @Sendable () -> Part) {
    tasks.append(Task.detached(priority: .utility) { work() })
  }

  /// All parts in the order in which they were started, of no use if the caller was cancelled.
  func finish() async -> [Part] {
    await withTaskCancellationHandler {
      var parts: [Part] = []
      for task in tasks { parts.append(await task.value) }
      return parts
    } onCancel: {
      for task in tasks { task.cancel() }
    }
  }

  /// Ends them: nobody wants what they make.
  func abandon() async {
    for task in tasks { task.cancel() }
    for task in tasks { _ = await task.value }
  }
}
