// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Something in an object that could not be taken over when a resource was made of the object.
///
/// The resource carries it in an annotation, so that whoever gets it sees it, and the agents report
/// it among what is wrong.
public struct LeftOut: Sendable, Hashable {
  /// The annotation of a resource that was made of another object; one line for each.
  public static let annotation = "projectcalico.org/left-out"
  private static let limit = 64

  /// The path from the top of the object of which the resource was made.
  public var field: String
  public var reason: String

  public init(_ field: String, _ reason: String) {
    self.field = field
    self.reason = reason
  }

  /// A value in quotes, on one line and cut where it is long.
  public static func shown(_ value: String) -> String {
    value.cut(to: 60).debugDescription
  }

  /// What the annotation says; nil when nothing was left out.
  public static func text(_ items: [LeftOut]) -> String? {
    if items.isEmpty { return nil }
    var lines = items.prefix(limit).map { "\($0.field): \($0.reason)" }
    if items.count > limit { lines.append("object: \(items.count - limit) more") }
    return lines.joined(separator: "\n")
  }

  /// What a resource says was left out when it was made.
  public static func items(in metadata: Metadata) -> [LeftOut] {
    guard let text = metadata.annotations[annotation], !text.isEmpty else { return [] }
    return text.split(separator: "\n").prefix(limit + 1).map { line in
      guard let end = line.firstRange(of: ": ") else { return LeftOut("object", String(line)) }
      return LeftOut(String(line[..<end.lowerBound]), String(line[end.upperBound...]))
    }
  }
}
