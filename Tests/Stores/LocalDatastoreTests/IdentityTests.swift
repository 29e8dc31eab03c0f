// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Testing

@Suite("What a local datastore gives to a new object") struct IdentityTests {
  @Test("a UID is a random UUID of version 4") func uid() {
    var seen: Set<String> = []
    for _ in 0..<1000 {
      let uid = Identity.makeUID()
      let bytes = Array(uid.utf8)
      #expect(bytes.count == 36)
      for (index, byte) in bytes.enumerated() {
        if [8, 13, 18, 23].contains(index) {
          #expect(byte == UInt8(ascii: "-"))
        } else {
          #expect("0123456789abcdef".utf8.contains(byte), "\(uid)")
        }
      }
      #expect(bytes[14] == UInt8(ascii: "4"))
      #expect("89ab".utf8.contains(bytes[19]))
      seen.insert(uid)
    }
    #expect(seen.count == 1000)
  }

  @Test(
    "a time is RFC 3339 in UTC",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_827_696, "2000-02-29T12:34:56Z"),
      (4_102_444_799, "2099-12-31T23:59:59Z"), (-1, "1969-12-31T23:59:59Z"),
    ]) func timestamp(_ seconds: Int, _ text: String)
  {
    #expect(Identity.timestamp(of: seconds) == text)
  }
}
