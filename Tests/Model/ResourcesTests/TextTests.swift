// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

@Suite("Texts with a meaning")
struct TextTests {
  @Test(
    "time spans are read as Go reads them",
    arguments: [
      ("0", 0), ("0s", 0), ("90s", 90), ("1m30s", 90), ("1.5h", 5400), ("250ms", 0.25),
      ("-2s", -2), ("+1s", 1), ("1h1m1s1ms", 3661.001),
    ])
  func durations(text: String, seconds: Double) throws {
    let duration = try #require(DurationText(text))
    #expect(abs(duration.seconds - seconds) < 1e-9)
  }

  @Test(
    "what is no time span is none",
    arguments: ["", "-", "30", "s", "1x", "1 s", "1e5s", "1..5s", "s1", "infs", "1m30"])
  func noDurations(text: String) {
    #expect(DurationText(text) == nil)
  }

  @Test("AS numbers are decimal or two halves with a dot")
  func asNumbers() {
    #expect(ASNumber("64512")?.value == 64512)
    #expect(ASNumber("1.10")?.value == 65546)
    #expect(ASNumber("4294967295")?.value == .max)
    for text in ["", "4294967296", "1.65536", "1.2.3", "-1", "+1", "1.", ".1", "a"] {
      #expect(ASNumber(text) == nil, "\(text)")
    }
  }

  @Test("peers' addresses may have a port")
  func peers() {
    var spec = BGPPeerSpec()
    for (text, port) in [("10.0.0.1", nil), ("10.0.0.1:1790", 1790), ("[fd00::1]:1790", 1790)]
      as [(String, UInt16?)]
    {
      spec.peerIP = text
      #expect(spec.peerAddress != nil, "\(text)")
      #expect(spec.peerAddress?.port == port)
    }
    for text in ["", "10.0.0.1:0", "10.0.0.1:x", "[10.0.0.1]:1", "[fd00::1]", "10.0.0.1:65536"] {
      spec.peerIP = text
      #expect(spec.peerAddress == nil, "\(text)")
    }
  }

  @Test("schemas have defaults, bounds, words and what is required")
  func schemas() {
    let spec = IPPool.schema["properties"]?["spec"]
    #expect(spec?["required"] == ["cidr"])
    #expect(spec?["properties"]?["ipipMode"]?["enum"] == ["Always", "CrossSubnet", "Never"])
    #expect(spec?["properties"]?["nodeSelector"]?["default"] == "all()")
    let felix = FelixConfigurationSpec.schema["properties"]
    #expect(felix?["healthPort"]?["maximum"] == 65535)
    #expect(felix?["healthPort"]?["description"]?.string?.isEmpty == false)
    let rules = NetworkPolicySpec.schema["properties"]?["ingress"]
    #expect(rules?["maxItems"] == 1024)
    #expect(rules?["items"]?["properties"]?["action"]?["type"] == "string")
  }
}
