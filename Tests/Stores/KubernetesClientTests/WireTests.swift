// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import KubernetesModel
import NIOCore
import SwiftProtobuf
import Testing
import ValueTree

@testable import KubernetesClient

@Suite("What goes over the wire") struct WireTests {
  @Test("paths and queries are made of any text") func paths() {
    #expect(
      APIResource.pods.path(namespace: "a", name: "b", subresource: "status")
        == "/api/v1/namespaces/a/pods/b/status")
    #expect(APIResource.nodes.path(namespace: "a", name: "..") == "/api/v1/nodes/%2E%2E")
    #expect(
      widgets.path(namespace: "a/b", name: "ü?#")
        == "/apis/example.org/v1/namespaces/a%2Fb/widgets/%C3%BC%3F%23")
    #expect(widgets.path() == "/apis/example.org/v1/widgets")
    var request = KubernetesRequest(.get, "/x")
    request.query = [("fieldSelector", "spec.nodeName=a,b!=c"), ("limit", "5")]
    #expect(request.target == "/x?fieldSelector=spec.nodeName%3Da%2Cb%21%3Dc&limit=5")
  }

  @Test(
    "a server's URL is taken apart",
    arguments: [
      ("https://a", "https://a:443"), ("http://a", "http://a:80"), ("a:8080", "http://a:8080"),
      ("https://[fd00::1]:6443/", "https://[fd00::1]:6443"),
      ("https://a.b:1/c/d//", "https://a.b:1/c/d"),
      ("ftp://a", nil), ("https://", nil), ("https://a:0", nil), ("https://a:b", nil),
      ("https://a:70000", nil), ("https://u@a", nil), ("https://a/?x", nil), ("https://a b", nil),
      ("https://[fd00::1", nil), ("", nil),
    ] as [(String, String?)])
  func urls(_ text: String, _ expected: String?) {
    #expect(Endpoint(text)?.url() == expected)
  }

  @Test("base64 is read and written") func base64() {
    for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar"] {
      #expect(Base64.decode(Base64.encode(Array(text.utf8))) == Array(text.utf8))
    }
    #expect(Base64.encode(Array("fooba".utf8)) == "Zm9vYmE=")
    #expect(Base64.decode("Zm 9v\nYmE") == Array("fooba".utf8))
    for wrong in ["Z", "Zm9*", "Zg==Zg", "Zm9vY"] { #expect(Base64.decode(wrong) == nil) }
  }

  @Test(
    "times are read and written",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59Z", 951_868_799),
      ("2026-11-26T12:34:56Z", 1_795_696_496), ("1969-12-31T23:59:59Z", -1),
      ("9999-12-31T23:59:59Z", 253_402_300_799),
    ] as [(String, Int64)])
  func times(_ text: String, _ seconds: Int64) {
    #expect(UTCTime.seconds(text) == seconds)
    #expect(UTCTime.text(seconds) == text)
  }

  @Test("times may have fractions and offsets, and nothing else") func timeForms() {
    #expect(UTCTime.seconds("1970-01-01T01:00:00.123456+01:00") == 0)
    for wrong in [
      "", "1970-01-01", "1970-13-01T00:00:00Z", "1970-01-01T00:00:00", "1970-01-01T00:00:00.Z",
      "1970-01-01T00:00:00ZZ", "1970-01-01T00:00:00+1:00", "١٩٧٠-01-01T00:00:00Z",
    ] { #expect(UTCTime.seconds(wrong) == nil, "\(wrong)") }
  }

  @Test("a watch's events are cut out of any pieces", arguments: [ObjectFormat.json, .protobuf])
  func frames(_ format: ObjectFormat) throws {
    // Longer ones before and behind shorter ones.
    let events = (0..<20).map { Array(repeating: UInt8(65 + $0), count: $0 * 37 % 400 + 1) }
    let bytes = events.flatMap { event -> [UInt8] in
      if format == .json { return event + [10] }
      return withUnsafeBytes(of: UInt32(event.count).bigEndian) { Array($0) } + event
    }
    for size in [1, 2, 3, 5, 64, 1000, bytes.count] {
      var splitter = FrameSplitter(format)
      var found: [[UInt8]] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        splitter.append(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
        while let frame = try splitter.next() { found.append(frame) }
      }
      #expect(found == events)
    }
  }

  @Test("an event that is too large ends the watch") func hugeFrames() {
    var splitter = FrameSplitter(.protobuf)
    splitter.append(ByteBuffer(bytes: [0xff, 0xff, 0xff, 0xff]))
    #expect(throws: KubernetesError.self) { try splitter.next() }
    var lines = FrameSplitter(.json)
    lines.append(ByteBuffer(repeating: 65, count: FrameSplitter.limit + 1))
    #expect(throws: KubernetesError.self) { try lines.next() }
  }

  /// An object in Kubernetes' envelope, with fields that nobody here knows.
  private func envelope(_ kind: String, _ raw: some SwiftProtobuf.Message) throws -> [UInt8] {
    var unknown = KubeUnknown()
    unknown.typeMeta.kind = kind
    // Field 99, a varint.
    unknown.raw = try raw.serializedData(partial: true) + Data([0x98, 0x06, 0x01])
    return try ProtobufForm.magic + Array(unknown.serializedData())
  }

  @Test("protobuf objects, lists and errors are read") func protobuf() throws {
    var pod = KubePod()
    pod.metadata.name = "a"
    pod.metadata.resourceVersion = "7"
    let object = try ObjectDecoder.object(try envelope("Pod", pod), .protobuf, of: "a test")
    #expect(object.revision == "7")
    var list = KubeList()
    list.metadata.resourceVersion = "9"
    list.metadata.`continue` = "more"
    list.items = [try pod.serializedData(partial: true)]
    let page = try ObjectDecoder.page(try envelope("PodList", list), .protobuf, of: "a test")
    #expect(page.revision == "9" && page.next == "more" && page.items.count == 1)
    var status = KubeStatus()
    status.code = 409
    status.reason = "Conflict"
    status.details.name = "a"
    let found = ObjectDecoder.status(try envelope("Status", status))
    #expect(found?.code == 409 && found?.name == "a" && found?.reason == "Conflict")
  }

  @Test("what is no answer is said to be none", arguments: [ObjectFormat.json, .protobuf])
  func malformed(_ format: ObjectFormat) {
    for bytes in [[], [0x6b, 0x38, 0x73, 0x00, 0xff], Array("<html>".utf8), Array("[]".utf8)] {
      #expect(throws: KubernetesError.self) {
        try ObjectDecoder.page(bytes, format, of: "a test")
      }
      #expect(throws: KubernetesError.self) { _ = try WireEvent(bytes + [7], format) }
    }
  }
}
