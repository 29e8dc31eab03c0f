// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import EndpointCrowd
import HostSystem
import PolicyModel
import Resources
import Selectors
import SyncModel
import TestSupport
import Testing

@testable import SyncCoding

@Suite("What is written comes back exactly")
struct RoundTripTests {
  @Test("each update in a frame of its own")
  func single() throws {
    let seed = SplitMix64.seed(for: "RoundTripTests.single")
    var decoder = SyncDecoder()
    for trial in 0..<3000 {
      var make = RandomUpdate(seed: seed &+ UInt64(trial))
      let update = make.update()
      let frame = try decoder.decode(update.encoded)
      #expect(frame.updates == [update], "trial \(trial)")
      #expect(frame.unknown.isEmpty == !update.isUnknown, "trial \(trial)")
      // Texts that Unicode calls equal are equal to `==`; to the bytes they are not.
      #expect(frame.updates.first?.encoded == update.encoded, "trial \(trial)")
    }
  }

  @Test("labels whose names Unicode orders otherwise than their bytes are in one order")
  func composedLabels() throws {
    var decoder = SyncDecoder()
    let names = ["\u{e9}a", "e\u{301}", "e\u{301}b", "\u{e9}", "f", "e", "x\u{301}-\u{e9}"]
    for (index, name) in names.enumerated() {
      for other in names[index...] {
        let update = SyncUpdate.profile(
          "p", SyncProfile(labels: [name: "1"].merging([other: "2"]) { $1 }))
        let frame = try decoder.decode(update.encoded)
        #expect(frame.updates.first?.encoded == update.encoded, "\(name), \(other)")
      }
    }
  }

  @Test("batches in frames of every size, with findings and status")
  func batches() throws {
    let seed = SplitMix64.seed(for: "RoundTripTests.batches")
    for trial in 0..<60 {
      var make = RandomUpdate(seed: seed &+ UInt64(trial))
      let batch = UpdateBatch(
        updates: (0..<make.random.below(80)).map { _ in make.update() },
        findings: (0..<make.random.below(20)).map { _ in make.findings() },
        status: make.random.pick(SyncStatus.allCases), isStatusNew: make.bool())
      let bounds = FrameBuilder.Bounds(
        items: make.random.pick([1, 7, 1000]), bytes: make.random.pick([1, 500, 1 << 20]))
      let frames = batch.frames(bounds: bounds)
      #expect(frames == batch.frames(bounds: bounds), "trial \(trial)")
      var (updates, findings): ([SyncUpdate], [ObjectFindings]) = ([], [])
      // Any decoder reads any frame: nothing is kept from one to the next.
      for (index, bytes) in frames.enumerated() {
        var decoder = SyncDecoder()
        let frame = try decoder.decode(bytes)
        updates += frame.updates
        findings += frame.findings
        let isLast = index == frames.count - 1
        #expect(frame.status == (isLast ? batch.status : nil), "trial \(trial)")
        #expect(frame.isStatusNew == (isLast && batch.isStatusNew), "trial \(trial)")
      }
      #expect(updates == batch.updates, "trial \(trial)")
      #expect(findings == batch.findings, "trial \(trial)")
    }
  }

  @Test("deletions need no value, and keys say what they are about")
  func deletions() throws {
    var make = RandomUpdate(seed: SplitMix64.seed(for: "RoundTripTests.deletions"))
    var decoder = SyncDecoder()
    for _ in 0..<500 {
      let update = make.update()
      guard let key = update.key else {
        #expect(update == .inSync)
        continue
      }
      #expect(key.deletion.key == key)
      #expect(key.deletion.isDeletion)
      #expect(try decoder.decode(key.deletion.encoded).updates == [key.deletion])
    }
  }

  @Test("texts that Unicode calls equal stay what they are")
  func bytesOfTexts() throws {
    let (composed, decomposed) = ("\u{e9}", "e\u{301}")
    let updates: [SyncUpdate] = [composed, decomposed].map { text in
      .hostEndpoint(
        "h", SyncHostEndpoint(node: text, interfaceName: "", labels: [text: text], profiles: [text])
      )
    }
    var decoder = SyncDecoder()
    let frame = UpdateBatch(updates: updates, status: .inSync, isStatusNew: false).frames()
    let read = try decoder.decode(try #require(frame.first)).updates
    for (update, text) in zip(read, [composed, decomposed]) {
      guard case .hostEndpoint(_, let value?) = update else {
        Issue.record("\(update)")
        continue
      }
      #expect(Array(value.node.utf8) == Array(text.utf8))
      #expect(value.labels.keys.map { Array($0.utf8) } == [Array(text.utf8)])
      #expect(value.labels.values.map { Array($0.utf8) } == [Array(text.utf8)])
      #expect(value.labelProfiles.map { Array($0.utf8) } == [Array(text.utf8)])
    }
  }

  @Test("names of endpoints in parts are the names", arguments: RandomUpdate.texts)
  func endpointNames(text: String) {
    for first in RandomUpdate.texts {
      for name in [text + first, "\(first)-k8s-\(text)-eth0", "\(first)-eth0\(text)"] {
        #expect(Array(EndpointName(name).text.utf8) == Array(name.utf8))
      }
    }
  }

  @Test("the node of a pod's endpoint is in its name, and not sent again")
  func impliedNode() {
    let name = EndpointName("worker--7-k8s-web--1--bcdfg--x7k2p-eth0")
    #expect(name.node == "worker-7")
    #expect(name.head == "-k8s-web--1--bcdfg--")
    #expect(name.unique == "x7k2p")
    #expect(!name.isWhole)
  }

  @Test("texts of the usual forms are packed, and only those")
  func forms() throws {
    var random = SplitMix64(for: "RoundTripTests.forms")
    let times = (0..<3000).map { _ in UInt128(UInt32.random(in: .min ... .max, using: &random)) }
    for number in times + [0, UInt128(UInt32.max)] {
      let text = try #require(TimeForm.text(number))
      #expect(TimeForm.pack(text.utf8) == number, "\(text)")
    }
    #expect(TimeForm.text(951_782_400) == "2000-02-29T00:00:00Z")
    #expect(TimeForm.text(4_294_967_295) == "2106-02-07T06:28:15Z")
    for text in [
      "1969-12-31T23:59:59Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z",
      "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z",
      "2024-01-01T00:00:60Z", "2024-01-01t00:00:00Z", "2106-02-07T06:28:16Z",
      "2024-01-01T00:00:00+", "",
    ] {
      #expect(TimeForm.pack(text.utf8) == nil, "\(text)")
    }
    for text in ["cali00000000000", "califffffffffff", "cali0123456789a"] {
      #expect(InterfaceForm.pack(text.utf8).flatMap(InterfaceForm.text) == text)
    }
    for text in ["cali0000000000A", "cali0000000000g", "eth012345678901", "cali0"] {
      #expect(InterfaceForm.pack(text.utf8) == nil)
    }
    for text in ["bbbbb", "99999", "x7k2p"] {
      #expect(PodSuffixForm.pack(text.utf8).flatMap(PodSuffixForm.text) == text)
    }
    for text in ["aaaaa", "bbbb", "bbbbbb", "bbbb\u{e9}", "BBBBB"] {
      #expect(PodSuffixForm.pack(text.utf8) == nil)
    }
    #expect(PodSuffixForm.text(14_348_907) == nil)
    #expect(InterfaceForm.text(1 << 44) == nil)
    #expect(TimeForm.text(1 << 32) == nil)
  }

  @Test("ten thousand endpoints of a large cluster take fewer than 80 bytes each")
  func crowd() throws {
    var crowd = EndpointCrowd(seed: 7)
    let updates = crowd.endpoints(10_000)
    let frames = UpdateBatch(updates: updates, status: .inSync, isStatusNew: true).frames()
    var decoder = SyncDecoder()
    var read: [SyncUpdate] = []
    for frame in frames { read += try decoder.decode(frame).updates }
    #expect(read == updates)
    let perEndpoint = frames.reduce(0) { $0 + $1.count } / updates.count
    print("SyncCoding: \(perEndpoint) bytes per endpoint in a frame of 10,000, not compressed")
    #expect(perEndpoint < 80)
  }

  @Test("a full builder says so, and starts anew")
  func bounds() throws {
    var builder = FrameBuilder(bounds: .init(items: 3, bytes: 1 << 20))
    #expect(builder.isEmpty)
    for name in ["a", "b", "c"] {
      #expect(!builder.isFull)
      builder.add(.tier(name, nil))
    }
    #expect(builder.isFull)
    #expect(builder.count == 3)
    var decoder = SyncDecoder()
    #expect(try decoder.decode(builder.take()).updates.count == 3)
    #expect(builder.isEmpty)
    #expect(try decoder.decode(builder.take()).updates.isEmpty)
  }

  @Test("a builder is full before what is shared expands to more than a decoder takes")
  func expansion() throws {
    let value = SyncNetworkSet(
      nets: [], labels: ["l": String(repeating: "x", count: 1 << 20)], profiles: [])
    var builder = FrameBuilder()
    var count = 0
    while !builder.isFull {
      builder.add(.networkSet(NetworkSetID(namespace: nil, name: "n\(count)"), value))
      count += 1
    }
    #expect(count < 100)
    var decoder = SyncDecoder()
    #expect(try decoder.decode(builder.take()).updates.count == count)
  }
}

extension SyncUpdate {
  var isUnknown: Bool {
    if case .unknown = self { true } else { false }
  }
}
