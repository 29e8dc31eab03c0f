// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing

/// The examples of FIPS 180 (and of RFC 3174), and the lengths at which padding takes a block more.
@Test(
  "SHA-1 gives the digests of the standard",
  arguments: [
    ("", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    ("a", 1_000_000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
    ("a", 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
    ("a", 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
    ("a", 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
  ])
func digests(text: String, count: Int, digest: String) {
  #expect(SHA1.hex(String(repeating: text, count: count)) == digest)
}
