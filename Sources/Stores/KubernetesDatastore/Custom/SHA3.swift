// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// SHA3-256 of FIPS 202, for names of things, not for secrets.
enum SHA3 {
  /// Bytes that are taken in at once: of the 200 of the state, twice the digest are kept out.
  private static let rate = 200 - 2 * 32

  static func sha256(_ message: some Collection<UInt8>) -> [UInt8] {
    // FIPS 202 §6.1 and §5.1: the bits 01, then a one, zeros, and a one at the block's end.
    var padded = [UInt8](message)
    padded.append(0x06)
    while padded.count % rate != 0 { padded.append(0) }
    padded[padded.count - 1] |= 0x80

    var state = [UInt64](repeating: 0, count: 25)
    for block in stride(from: 0, to: padded.count, by: rate) {
      for (index, byte) in padded[block..<block + rate].enumerated() {
        state[index / 8] ^= UInt64(byte) << (8 * UInt64(index % 8))
      }
      permute(&state)
    }
    return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> (8 * UInt64($0 % 8))) }
  }

  /// Keccak-p[1600, 24] of FIPS 202 §3.3; the lane at (x, y) is at `x + 5 * y`.
  private static func permute(_ a: inout [UInt64]) {
    var moved = a
    var parities = [UInt64](repeating: 0, count: 5)
    for constant in roundConstants {
      // θ
      for x in 0..<5 { parities[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] }
      for x in 0..<5 {
        let mix = parities[(x + 4) % 5] ^ rotate(parities[(x + 1) % 5], 1)
        for y in 0..<5 { a[x + 5 * y] ^= mix }
      }
      // ρ and π
      for x in 0..<5 {
        for y in 0..<5 {
          moved[y + 5 * ((2 * x + 3 * y) % 5)] = rotate(a[x + 5 * y], offsets[x + 5 * y])
        }
      }
      // χ
      for y in 0..<5 {
        for x in 0..<5 {
          a[x + 5 * y] =
            moved[x + 5 * y] ^ (~moved[(x + 1) % 5 + 5 * y] & moved[(x + 2) % 5 + 5 * y])
        }
      }
      // ι
      a[0] ^= constant
    }
  }

  private static func rotate(_ lane: UInt64, _ count: UInt64) -> UInt64 {
    lane &<< count | lane &>> (64 &- count)
  }

  /// FIPS 202 §3.2.2, table 2, modulo 64.
  private static let offsets: [UInt64] = [
    0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
  ]

  /// FIPS 202 §3.2.5
  private static let roundConstants: [UInt64] = [
    0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000,
    0x0000_0000_0000_808b, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
    0x0000_0000_0000_008a, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
    0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
    0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
    0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
  ]
}
