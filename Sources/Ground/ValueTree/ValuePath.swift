// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where a value stands in a tree: "spec.ingress[0].destination".
public struct ValuePath: Hashable, Sendable, CustomStringConvertible {
  public enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
  }

  /// From the root downward; empty for the root itself.
  public var steps: [Step]

  public init(_ steps: [Step] = []) { self.steps = steps }

  public var isEmpty: Bool { steps.isEmpty }

  public func appending(_ key: String) -> ValuePath { ValuePath(steps + [.key(key)]) }

  public func appending(_ index: Int) -> ValuePath { ValuePath(steps + [.index(index)]) }

  /// Dotted, with positions in brackets. A key that is not made of letters, digits, "-" and "_"
  /// stands quoted in brackets too, as in `metadata.labels["kubernetes.io/name"]`. The root is "".
  public var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .index(let index): text += "[\(index)]"
      case .key(let key) where Self.isSimple(key): text += text.isEmpty ? key : ".\(key)"
      case .key(let key): text += "[\(JSON.encode(.string(key)).onOneLine)]"
      }
    }
    return text
  }

  private static func isSimple(_ key: String) -> Bool {
    !key.isEmpty
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
