// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import TestSupport
import Testing

@Suite("IP address text against the C library")
struct IPAddressTextProperties {
  /// The C library's reading of a text in either family.
  private func reference(_ text: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return [UInt8](bytes.prefix(4)) }
    if inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
    return nil
  }

  private func referenceText(_ bytes: [UInt8]) -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &buffer, 64) != nil else { return "" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
  }

  /// Bytes with many zero groups, so that gaps of every kind come up.
  private func randomBytes(_ random: inout SplitMix64) -> [UInt8] {
    if Int.random(in: 0..<4, using: &random) == 0 {
      return (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    return (0..<8).flatMap { _ -> [UInt8] in
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1: [0, 0]
      case 2: [0, UInt8.random(in: 0...255, using: &random)]
      default: (0..<2).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
    }
  }

  @Test("writing and reading any address agrees with inet_ntop and inet_pton")
  func roundTrip() throws {
    var random = SplitMix64(for: "address text round trip")
    for _ in 0..<5_000 {
      let bytes = randomBytes(&random)
      let address = try #require(IPAddress(networkBytes: bytes))
      #expect(address.networkBytes == bytes)
      let theirs = referenceText(bytes)
      #expect(IPAddress(theirs) == address)
      #expect(reference(address.description) == bytes)
      #expect(IPAddress(address.description) == address)
      // The C library still writes the long abandoned ::1.2.3.4 with a dotted end.
      let isCompatible = address.family == .v6 && address.bits >> 32 == 0
      if !isCompatible { #expect(address.description == theirs) }
    }
  }

  @Test("a spoiled text is read exactly if inet_pton reads it")
  func mutations() throws {
    var random = SplitMix64(for: "address text mutations")
    let alphabet = Array("0123456789abcdefABCDEF::::....g%/ -+x".utf8)
    var accepted = 0
    for _ in 0..<15_000 {
      var text = Array(referenceText(randomBytes(&random)).utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        let at = Int.random(in: 0...text.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: text.insert(byte, at: at)
        case 1: if at < text.count { text[at] = byte }
        default: if at < text.count { text.remove(at: at) }
        }
      }
      let string = String(decoding: text, as: UTF8.self)
      let expected = reference(string)
      #expect(IPAddress(string)?.networkBytes == expected, "\(string)")
      if expected != nil { accepted += 1 }
    }
    #expect(accepted > 300)
  }
}
