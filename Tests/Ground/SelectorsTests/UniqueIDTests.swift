// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Selectors

@Suite("Unique IDs")
struct UniqueIDTests {
  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test(
    "SHA-256 gives the digests of FIPS 180",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func sha256(message: String, digest: String) {
    #expect(hex(SHA2.sha256(message.utf8)) == digest)
  }

  @Test(
    "SHA-224 gives the digests of FIPS 180",
    arguments: [
      ("", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"),
      ("abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525"
      ),
    ])
  func sha224(message: String, digest: String) {
    #expect(hex(SHA2.sha224(message.utf8)) == digest)
  }

  @Test("a million times a gives the digests of FIPS 180")
  func million() {
    let message = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      hex(SHA2.sha256(message))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    #expect(
      hex(SHA2.sha224(message)) == "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67")
  }

  @Test(
    "base64url has no padding and the characters of RFC 4648 §5",
    arguments: [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
      ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
  func base64(text: String, encoded: String) {
    #expect(UniqueID.base64URL(Array(text.utf8)) == encoded)
    #expect(UniqueID.base64URL([0xfb, 0xef, 0xff]) == "--__")
  }

  @Test(
    "the ID of a selector is the hash of its canonical form",
    arguments: [
      ("", "s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug"),
      ("has(a)", "s:JpRGrxZ4kdS6g7WoF-uG_g7qlh2ipw2zGYBMpQ"),
      ("a=='b'", "s:flMh0m0X_BowkAK_W3j3MgH8oQOsj3WxGDoXCQ"),
      ("a == 'x' && b in {'z', 'y'}", "s:KYKajnLMlKo1SdBQbzfZpl0JuD0vVvpgliR4kw"),
    ])
  func selectorID(text: String, id: String) throws {
    #expect(try Selector(text).id == id)
    #expect(UniqueID.make(prefix: "s", content: try Selector(text).canonical) == id)
    #expect(id.utf8.count == 40)
  }

  @Test("a prefix is part of what is hashed")
  func prefix() {
    let ids = ["s", "n", "svc"].map { UniqueID.make(prefix: $0, content: "x") }
    #expect(Set(ids.map { $0.split(separator: ":").last }).count == 3)
    #expect(zip(ids, ["s:", "n:", "svc:"]).allSatisfy { $0.hasPrefix($1) })
  }

  @Test(
    "an ID is shortened only if it must be",
    arguments: [
      ("felix", "1234", 10, "felix1234"), ("felix", "12345", 10, "felix12345"),
      ("felix", "_2345", 10, "felix_kMQI"), ("felix", "", 10, "felix"),
      ("felix", "123456", 10, "felix_jZae"), ("felix", "123456", 6, "felix_"),
      ("", "123456", 3, "_jZ"),
      ("felix", "_", 200, "felix_0uKt9xd7eor928EtFjTPI-oacQIPahMIBwoWQA-2j94"),
    ])
  func lengthLimited(prefix: String, suffix: String, maximum: Int, id: String) {
    let made = UniqueID.lengthLimited(prefix: prefix, suffix: suffix, maximumLength: maximum)
    #expect(made == id)
    #expect(made.utf8.count <= maximum)
  }
}
