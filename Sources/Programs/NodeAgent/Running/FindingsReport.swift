// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import SyncModel
import ValueTree

/// What has been said of stored objects that are not in force as they are: so that of each change
/// only what is new is said, whatever else there is.
struct FindingsReport: Sendable {
  /// What is to be said when the findings of one object change.
  struct Change: Sendable, Equatable {
    /// New lines for the log.
    var lines: [String] = []
    /// Notes to set, and to take away, by what they are about: `NetworkPolicy(a) spec.egress[0]`.
    var notes: [String: String?] = [:]
    /// Fields that are not enforced any more for the first time, and enforced again.
    var idle: Set<String> = []
    var enforced: Set<String> = []
  }

  private struct Said: Equatable {
    var lines: [String] = []
    var notes: [String: String] = [:]
    var idle: Set<String> = []
    var problems = 0

    /// Adds what is said of a field. The line begins with the object and the field.
    mutating func add(_ line: String, _ key: ResourceKey, _ field: String) {
      guard !lines.contains(line) else { return }
      lines.append(line)
      let name = "\(key) \(field.onOneLine)"
      let text = String(decoding: line.utf8.dropFirst(name.utf8.count + 2), as: UTF8.self)
      notes[name] = notes[name].map { "\($0); \(text)" } ?? text
    }
  }

  /// Objects of which there is something to say.
  private var said: [ResourceKey: Said] = [:]
  /// How many things are not right, in all objects.
  private(set) var problemCount = 0

  /// Takes up what there is to say of an object now.
  mutating func set(
    _ key: ResourceKey, unenforced: [Unenforced], problems: [ConversionProblem]
  ) -> Change {
    var new = Said(problems: problems.count)
    for item in unenforced {
      new.add(item.description, key, item.field)
      new.idle.insert(item.field)
    }
    for item in problems { new.add(item.description, key, item.field) }
    let old = said[key] ?? Said()
    guard new != old else { return Change() }
    said[key] = new == Said() ? nil : new
    problemCount += new.problems - old.problems
    var change = Change(lines: new.lines.filter { !old.lines.contains($0) })
    for (name, text) in new.notes where old.notes[name] != text { change.notes[name] = text }
    for name in old.notes.keys where new.notes[name] == nil {
      change.notes.updateValue(nil, forKey: name)
    }
    change.idle = new.idle.subtracting(old.idle)
    change.enforced = old.idle.subtracting(new.idle)
    return change
  }
}
