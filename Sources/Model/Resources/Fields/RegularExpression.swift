// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Says whether a text is a regular expression as Go reads them. Nothing is matched here.
enum RegularExpression {
  private static let depthLimit = 100

  /// What is wrong with it; nil when nothing is.
  static func problem(_ text: String) -> String? {
    var reader = Reader(rest: Array(text.unicodeScalars)[...])
    return reader.alternatives(depth: 0) && reader.rest.isEmpty
      ? nil : "must be a regular expression"
  }

  private struct Reader {
    var rest: ArraySlice<Unicode.Scalar>

    /// Reads to the end, or to a bracket that nothing here has opened.
    mutating func alternatives(depth: Int) -> Bool {
      guard depth < depthLimit else { return false }
      var mayRepeat = false
      // Flags and an empty quotation are nothing themselves: behind them what stood before may repeat.
      var hasItem = false
      while let next = rest.first, next != ")" {
        rest.removeFirst()
        var isItem = true
        switch next {
        case "|":
          isItem = false
          hasItem = false
          mayRepeat = false
        case "*", "+", "?":
          guard mayRepeat else { return false }
          mayRepeat = endRepetition()
        case "{":
          // What is no count is the brace itself.
          if let bounds = count() {
            guard mayRepeat, bounds else { return false }
            mayRepeat = endRepetition()
          } else {
            mayRepeat = true
          }
        case "(":
          guard let kind = opening() else { return false }
          isItem = kind == .group
          if isItem {
            guard alternatives(depth: depth + 1), rest.popFirst() == ")" else { return false }
          }
          mayRepeat = isItem || hasItem
        case "[":
          guard characters() else { return false }
          mayRepeat = true
        case "\\":
          guard let kind = escape() else { return false }
          isItem = kind != .nothing
          mayRepeat = isItem || hasItem
        default: mayRepeat = true
        }
        hasItem = hasItem || isItem
      }
      return true
    }

    /// A `?` behind a repetition is part of it; another repetition may not follow.
    private mutating func endRepetition() -> Bool {
      if rest.first == "?" { rest.removeFirst() }
      return false
    }

    /// Behind `{`: whether the count is one that there may be; nil when it is no count.
    private mutating func count() -> Bool? {
      guard let end = rest.firstIndex(of: "}") else { return nil }
      let parts = rest[..<end].split(separator: ",", omittingEmptySubsequences: false)
      let isCount =
        (1...2).contains(parts.count) && !(parts.first?.isEmpty ?? true)
        && parts.allSatisfy { $0.allSatisfy { ("0"..."9").contains($0) } }
        && parts.allSatisfy { $0.count < 2 || $0.first != "0" }
      guard isCount else { return nil }
      rest = rest[(end + 1)...]
      let numbers = parts.map { part in
        part.isEmpty ? nil : Int(String(String.UnicodeScalarView(part))) ?? Int.max
      }
      let low = numbers.first.flatMap(\.self) ?? 0
      let high = numbers.last.flatMap(\.self) ?? low
      return low <= high && high <= 1000
    }

    private enum Opening { case group, flags }

    /// Behind `(`: a group, plain, with flags or with a name, or flags alone with their bracket. Go
    /// has no looking around. Nil when it is none of them.
    private mutating func opening() -> Opening? {
      guard rest.first == "?" else { return .group }
      rest.removeFirst()
      let isOldName = rest.first == "P"
      if isOldName { rest.removeFirst() }
      if rest.first == "<" {
        guard let end = rest.firstIndex(of: ">") else { return nil }
        let name = rest[(rest.startIndex + 1)..<end]
        rest = rest[(end + 1)...]
        return !name.isEmpty
          && name.allSatisfy { $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) }
          ? .group : nil
      }
      let flags = rest.prefix { "imsU-".unicodeScalars.contains($0) }
      rest = rest.dropFirst(flags.count)
      guard !isOldName, flags.count(where: { $0 == "-" }) <= 1, flags.last != "-" else {
        return nil
      }
      switch rest.popFirst() {
      case ":": return .group
      case ")": return .flags
      default: return nil
      }
    }

    private static let classNames: Set<String> = [
      "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
      "space", "upper", "word", "xdigit",
    ]

    /// Behind `[`.
    private mutating func characters() -> Bool {
      if rest.first == "^" { rest.removeFirst() }
      var isFirst = true
      while let next = rest.popFirst() {
        if next == "]", !isFirst { return true }
        isFirst = false
        if next == "[", rest.first == ":", let end = endOfClassName() {
          let name = rest[(rest.startIndex + 1)..<end].drop { $0 == "^" }
          let hats = end - rest.startIndex - 1 - name.count
          guard hats <= 1, Self.classNames.contains(String(String.UnicodeScalarView(name))) else {
            return false
          }
          rest = rest[(end + 2)...]
          continue
        }
        var low = next.value
        if next == "\\" {
          switch escape() {
          case .character(let value): low = value
          case .characters: continue
          default: return false
          }
        }
        guard rest.first == "-", var high = rest.dropFirst().first?.value, high != 0x5D else {
          continue
        }
        rest = rest.dropFirst(2)
        if high == 0x5C {
          guard case .character(let value) = escape() else { return false }
          high = value
        }
        if high < low { return false }
      }
      return false
    }

    /// Where `:]` stands, when a class's name is open.
    private func endOfClassName() -> Int? {
      rest.indices.dropFirst().first { rest[$0] == ":" && rest[($0 + 1)...].first == "]" }
    }

    private enum Escape: Equatable {
      case character(UInt32)
      case characters
      case place
      case nothing
      case quotation
    }

    /// Behind a backslash; nil when there is no such escape.
    private mutating func escape() -> Escape? {
      guard let next = rest.popFirst(), next.isASCII else { return nil }
      switch next {
      case "a": return .character(7)
      case "f": return .character(12)
      case "n": return .character(10)
      case "r": return .character(13)
      case "t": return .character(9)
      case "v": return .character(11)
      case "d", "D", "s", "S", "w", "W": return .characters
      case "A", "b", "B", "z": return .place
      case "p", "P": return property() ? .characters : nil
      case "x": return hexadecimal().map(Escape.character)
      case "Q": return quotation()
      case "0"..."7":
        // With one digit but 0 it would stand for a group.
        let more = rest.prefix(2).prefix { ("0"..."7").contains($0) }
        guard next == "0" || !more.isEmpty else { return nil }
        rest = rest.dropFirst(more.count)
        return .character(more.reduce(next.value - 0x30) { $0 * 8 + $1.value - 0x30 })
      default:
        let isWord = next.properties.isAlphabetic || ("0"..."9").contains(next)
        return isWord ? nil : .character(next.value)
      }
    }

    /// Behind `\p`. Scripts have too many names to know them here: any word is taken for one.
    private mutating func property() -> Bool {
      guard let first = rest.popFirst() else { return false }
      if first != "{" { return "CLMNPSZ".unicodeScalars.contains(first) }
      guard let end = rest.firstIndex(of: "}") else { return false }
      let name = rest.first == "^" ? rest[(rest.startIndex + 1)..<end] : rest[..<end]
      rest = rest[(end + 1)...]
      return !name.isEmpty && name.allSatisfy { $0 == "_" || $0.properties.isAlphabetic }
    }

    /// Behind `\x`.
    private mutating func hexadecimal() -> UInt32? {
      var digits = rest.prefix(2)
      if rest.first == "{" {
        guard let end = rest.firstIndex(of: "}") else { return nil }
        digits = rest[(rest.startIndex + 1)..<end]
        rest = rest[(end + 1)...]
      } else {
        guard digits.count == 2 else { return nil }
        rest = rest.dropFirst(2)
      }
      guard digits.allSatisfy(\.properties.isASCIIHexDigit),
        let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16), value <= 0x10FFFF
      else { return nil }
      return value
    }

    /// Behind `\Q`: up to `\E` all stands for itself.
    private mutating func quotation() -> Escape {
      var result = Escape.nothing
      while let mark = rest.popFirst() {
        if mark == "\\", rest.first == "E" {
          rest.removeFirst()
          break
        }
        result = .quotation
      }
      return result
    }
  }
}
