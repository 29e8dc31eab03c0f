// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import TestSupport
import Testing

@testable import FanOut

@Suite struct CompressionTests {
  private func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  @Test func `a frame of any size comes back, and is no longer than it was`() throws {
    let sizes = [0, 1, 2, 254, 255, 256, 257, 300, 4096, 65_535, 65_536, 1 << 20]
    for size in sizes {
      for frame in [[UInt8](repeating: 7, count: size), noise(size)] {
        for compression in Compression.allCases {
          let packed = PackedFrame(packing: frame, compression)
          #expect(packed.size == size)
          #expect(packed.packed.count <= size)
          #expect(try packed.unpacked() == frame, "\(size) bytes, \(compression)")
        }
      }
    }
  }

  @Test func `what is short stays as it is, and from 256 bytes on it is packed`() {
    for size in [0, 1, 255] {
      let frame = [UInt8](repeating: 0, count: size)
      #expect(PackedFrame(packing: frame, .zlib).compression == .none)
      #expect(PackedFrame(packing: frame, .zlib).packed == frame)
    }
    let packed = PackedFrame(packing: [UInt8](repeating: 0, count: 256), .zlib)
    #expect(packed.compression == .zlib)
    #expect(packed.packed.count < 32)
  }

  @Test func `what does not get smaller stays as it is`() {
    for size in [256, 1000, 100_000] {
      let frame = noise(size)
      let packed = PackedFrame(packing: frame, .zlib)
      #expect(packed.compression == .none)
      #expect(packed.packed == frame)
      #expect(Compression.deflated(frame) == nil)
    }
  }

  @Test func `a byte less is enough, and none less is not`() throws {
    // Noise with more and more zeros behind it: somewhere the packed form begins to be the smaller one.
    var before: Int?
    for zeros in 0..<64 {
      let frame = noise(600) + [UInt8](repeating: 0, count: zeros)
      if let packed = Compression.deflated(frame) {
        #expect(packed.count < frame.count)
        #expect(Compression.inflated(packed[...], size: frame.count) == frame)
        before = before ?? zeros
      } else {
        #expect(before == nil, "more zeros do not make it worse")
      }
    }
    #expect(before ?? 0 > 0)
  }

  @Test func `where no compression is asked for there is none`() {
    let frame = [UInt8](repeating: 0, count: 5000)
    #expect(PackedFrame(packing: frame, .none).packed == frame)
    #expect(PackedFrame(packing: frame, .none).compression == .none)
  }

  @Test func `the largest frame passes, and one byte more is refused`() throws {
    let frame = [UInt8](repeating: 0, count: PackedFrame.sizeLimit)
    for compression in Compression.allCases {
      let bytes = TyphaMessage.frame(PackedFrame(packing: frame, compression)).bytes
      #expect(bytes.count - TyphaMessage.lengthBytes <= TyphaMessage.typhaLimit)
      guard case .frame(let packed) = try TyphaMessage(bytes[TyphaMessage.lengthBytes...]) else {
        Issue.record("\(compression): it is another message")
        return
      }
      #expect(packed.compression == compression)
      #expect(try packed.unpacked() == frame)
    }
    let longer = TyphaMessage.frame(PackedFrame(packing: frame + [0], .zlib)).bytes
    #expect(throws: TyphaProtocolError("a frame has 16777217 bytes, more than 16777216")) {
      try TyphaMessage(longer[TyphaMessage.lengthBytes...])
    }
  }

  @Test func `what says that it is more, less or other than it is, is refused`() throws {
    let frame = [UInt8](repeating: 1, count: 1000)
    let packed = try #require(Compression.deflated(frame))
    #expect(Compression.inflated(packed[...], size: 1000) == frame)
    for size in [-1, 0, 1, 999, 1001, PackedFrame.sizeLimit, .max, .min] {
      #expect(Compression.inflated(packed[...], size: size) == nil, "\(size)")
    }
    for count in 0..<packed.count {
      #expect(Compression.inflated(packed.prefix(count), size: 1000) == nil, "\(count) bytes")
    }
    #expect(Compression.inflated((packed + [0])[...], size: 1000) == nil)
    #expect(Compression.inflated((packed + packed)[...], size: 2000) == nil)
    for place in packed.indices {
      var damaged = packed
      damaged[place] ^= 0x10
      // A header may be another one that is right.
      let found = Compression.inflated(damaged[...], size: 1000)
      #expect(found == nil || found == frame, "byte \(place)")
    }
    for wrong in [0, 999, 1001, 1 << 24] {
      var plain = PackedFrame(packing: frame, .none)
      plain.size = wrong
      #expect(throws: TyphaProtocolError("a frame of \(wrong) bytes has 1000")) {
        try plain.unpacked()
      }
    }
  }

  @Test func `a claim that its bytes cannot bear is refused before anything is unpacked`() throws {
    // Ten bytes, sixteen MiB.
    let claim: [UInt8] = [6, 1, 1, 0, 0, 0] + [UInt8](repeating: 0x78, count: 10)
    guard case .frame(let packed) = try TyphaMessage(claim[...]) else {
      Issue.record("it is another message")
      return
    }
    #expect(packed.size == PackedFrame.sizeLimit)
    #expect(throws: TyphaProtocolError("a compressed frame of 16777216 bytes is damaged")) {
      try packed.unpacked()
    }
  }
}
