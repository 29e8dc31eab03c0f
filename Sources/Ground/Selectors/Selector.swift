// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A selector of the policy language: an expression over labels, parsed and immutable.
///
/// Equal selectors have the same canonical form; `a == "x" && b == "y"` and the same in the other
/// order are different selectors. Values are compared byte by byte. Copying costs one reference,
/// evaluation does not allocate.
public struct Selector: Hashable, Sendable, CustomStringConvertible {
  /// The longest text that `init(_:)` reads, in bytes.
  public static let maximumTextLength = 1 << 20
  /// The deepest nesting that `init(_:)` reads, of parentheses in the text and in the canonical
  /// form, where every conjunction and disjunction has its own.
  public static let maximumDepth = 100
  /// The longest label that `init(_:)` reads.
  public static let maximumLabelLength = 512

  private final class Storage: Sendable {
    let root: Node
    let canonical: String
    let id: String

    init(_ root: Node, canonical: String) {
      self.root = root
      self.canonical = canonical
      id = UniqueID.make(prefix: "s", content: canonical)
    }
  }

  private let storage: Storage

  private init(_ root: Node) {
    storage = Storage(root, canonical: root.canonical)
  }

  /// Parses a text that people wrote; an empty one is `all()`.
  public init(_ text: String) throws(SelectorError) {
    self.init(
      try Parser.parse(
        text,
        limits: Parser.Limits(
          textLength: Self.maximumTextLength, depth: Self.maximumDepth,
          labelLength: Self.maximumLabelLength)))
  }

  /// Parses a text that `canonical` gave. The bounds are wider than those of `init(_:)`, since
  /// prefixing and combining make labels longer and nesting deeper: twice the depth and the
  /// length of labels, eight times the length of the text.
  public init(canonical text: String) throws(SelectorError) {
    self.init(
      try Parser.parse(
        text,
        limits: Parser.Limits(
          textLength: 8 * Self.maximumTextLength, depth: 2 * Self.maximumDepth,
          labelLength: 2 * Self.maximumLabelLength)))
  }

  /// Matches everything.
  public static let all = Selector(.all)

  /// The one text for this selector, which parses to an equal one.
  public var canonical: String { storage.canonical }
  public var description: String { storage.canonical }

  /// The unique ID of the canonical form: "s:" and 38 characters.
  public var id: String { storage.id }

  /// Whether the labels satisfy the selector.
  public func matches(_ labels: some LabelSource) -> Bool {
    storage.root.matches(labels)
  }

  /// Whether the labels satisfy the selector.
  public func matches(_ labels: [String: String]) -> Bool {
    storage.root.matches(labels)
  }

  /// The selector that asks for labels of these names with a prefix before each.
  ///
  /// The prefix must be made of the characters of labels.
  public func prefixingLabels(with prefix: String) -> Selector {
    Selector(storage.root.prefixingLabels(with: prefix))
  }

  /// Both match: `(self && other)`. Nothing is simplified, as the canonical form decides the ID.
  ///
  /// Each combination nests one level deeper; it is for a few steps, not for loops over data.
  public func and(_ other: Selector) -> Selector {
    Selector(.and([storage.root, other.storage.root]))
  }

  /// Matches what this one does not; the negation of a negation is the inner selector.
  public var negated: Selector { Selector(storage.root.negated) }

  /// What every matching set of labels says of single labels; empty if nothing.
  ///
  /// Made at each call; keep it where it is asked for often.
  public var restrictions: [String: LabelRestriction] { storage.root.restrictions() }

  /// Whether `global()` is part of it. It evaluates like `all()`; only a namespace selector gives
  /// it meaning.
  public var usesGlobal: Bool { storage.root.usesGlobal }

  /// By ID, as strings that Unicode calls equal are different selectors.
  public static func == (a: Selector, b: Selector) -> Bool {
    a.storage === b.storage || a.id == b.id
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
