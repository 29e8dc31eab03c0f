// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A place in the 64 bytes that the expressions of a rule share, counted in words of 4 bytes.
///
/// The old names for registers of 16 bytes are words 0, 4, 8 and 12. A value longer than a word
/// runs on into the following ones; the fields of a concatenation stand one after the other, each
/// padded to whole words.
public struct NFTRegister: Hashable, Sendable {
  /// 0 to 15.
  public let word: Int

  /// - Precondition: `word` is in 0...15.
  public init(word: Int) {
    precondition((0...15).contains(word), "a register is a word in 0...15, not \(word)")
    self.word = word
  }

  public static let r1 = NFTRegister(word: 0)
  public static let r2 = NFTRegister(word: 4)
  public static let r3 = NFTRegister(word: 8)
  public static let r4 = NFTRegister(word: 12)

  /// The number in messages, as the kernel writes it: `NFT_REG_1` to `NFT_REG_4` where one of
  /// those begins, `NFT_REG32_00` and so on elsewhere.
  var number: UInt32 {
    word % 4 == 0 ? UInt32(1 + word / 4) : UInt32(8 + word)
  }

  init?(number: UInt32) {
    switch number {
    case 1...4: word = Int(number - 1) * 4
    case 8...23: word = Int(number - 8)
    default: return nil
    }
  }
}
