// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite("Where agents find Typha")
struct TyphaPlaceTests {
  @Test(
    "is a host and a port, or several with commas",
    arguments: [
      ("typha:5473", [("typha", 5473)]), ("10.0.0.1:1", [("10.0.0.1", 1)]),
      ("[fd00::1]:65535", [("fd00::1", 65535)]),
      ("a.example.org:5473,10.0.0.2:5474", [("a.example.org", 5473), ("10.0.0.2", 5474)]),
    ] as [(String, [(String, UInt16)])])
  func places(text: String, expected: [(String, UInt16)]) throws {
    let places = try #require(HostAndPort.list(text))
    #expect(places.map(\.host) == expected.map(\.0))
    #expect(places.map(\.port) == expected.map(\.1))
  }

  @Test(
    "is nothing else",
    arguments: [
      "", "typha", "typha:", ":5473", "typha:0", "typha:65536", "typha:-1", "fd00::1:5473",
      "http://typha:5473", "typha:5473,", ",typha:5473", "ty pha:5473", "[fd00::1]", "typha:5473 ",
      String(repeating: "a", count: 254) + ":5473",
    ])
  func nothingElse(text: String) {
    #expect(HostAndPort.list(text) == nil)
  }

  @Test("comes from the environment, with everything else about Typha")
  func environment() {
    let resolution = FelixSettings.resolve(
      .init(environment: [
        "FELIX_TYPHAADDR": "typha:5473", "felix_typhak8sservicename": "calico-typha",
        "FELIX_TYPHAK8SNAMESPACE": "calico-system", "FELIX_TYPHAREADTIMEOUT": "60",
        "FELIX_TYPHAWRITETIMEOUT": "5", "FELIX_TYPHAKEYFILE": "/k", "FELIX_TYPHACERTFILE": "/c",
        "FELIX_TYPHACAFILE": "/a", "FELIX_TYPHACN": "typha", "FELIX_TYPHAURISAN": "spiffe://t",
      ]))
    let settings = resolution.settings
    #expect(resolution.problems == [])
    #expect(resolution.unused == [])
    #expect(settings.typhaAddr == "typha:5473")
    #expect(settings.typhaK8sServiceName == "calico-typha")
    #expect(settings.typhaK8sNamespace == "calico-system")
    #expect(settings.typhaReadTimeout == .seconds(60))
    #expect(settings.typhaWriteTimeout == .seconds(5))
    #expect(
      [
        settings.typhaKeyFile, settings.typhaCertFile, settings.typhaCAFile, settings.typhaCN,
        settings.typhaURISAN,
      ] == ["/k", "/c", "/a", "typha", "spiffe://t"])
  }

  @Test("ends the agent where it cannot be understood, instead of going to the datastore")
  func fatal() {
    let resolution = FelixSettings.resolve(.init(environment: ["FELIX_TYPHAADDR": "typha"]))
    #expect(resolution.fatal.count == 1)
    #expect(resolution.fatal.first?.contains("host:port") == true)
  }
}
