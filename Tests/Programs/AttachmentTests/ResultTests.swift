// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Attachment
import Settings
import TestSupport
import Testing
import ValueTree

@Suite("The answer of ADD", .needsRoot)
struct ResultTests {
  @Test(
    "has the form of the configuration's version",
    arguments: [
      ("0.1.0", #"{"cniVersion":"0.1.0","ip4":{"ip":"10.65.0.0/32"},"dns":{}}"#),
      ("0.2.0", #"{"cniVersion":"0.2.0","ip4":{"ip":"10.65.0.0/32"},"dns":{}}"#),
      ("0.3.0", listed("0.3.0", #""version":"4","#)),
      ("0.3.1", listed("0.3.1", #""version":"4","#)),
      ("0.4.0", listed("0.4.0", #""version":"4","#)),
      ("1.0.0", listed("1.0.0", "")),
    ])
  func form(version: String, expected: String) async throws {
    let host = try await Host()
    let pod = try host.pod("nginx-8586cf59-rv5gm")
    let answer = try host.attach(pod, [.init("cniVersion", .string(version))])
    let mac = try pod.namespace.run("cat", "/sys/class/net/eth0/address").dropLast()
    let text = expected.replacing("<mac>", with: mac).replacing("<netns>", with: pod.namespace.path)
    #expect(JSON.encode(answer.value) == text)
    #expect(try host.call("DEL", pod, [.init("cniVersion", .string(version))]).text == "")
  }

  /// The interface's name is `cali` and the SHA-1 of "web.nginx-8586cf59-rv5gm".
  private static func listed(_ version: String, _ family: String) -> String {
    #"{"cniVersion":"\#(version)","interfaces":[{"name":"cali09f9c3884e9","#
      + #""mac":"ee:ee:ee:ee:ee:ee"},{"name":"eth0","mac":"<mac>","sandbox":"<netns>"}],"#
      + #""ips":[{\#(family)"interface":1,"address":"10.65.0.0/32"}],"dns":{}}"#
  }

  @Test("is of version 0.2.0 when the configuration names none")
  func standardVersion() async throws {
    let host = try await Host()
    let answer = try host.attach(try host.pod("p"), [.init("cniVersion", .null)])
    #expect(
      JSON.encode(answer.value) == #"{"cniVersion":"0.2.0","ip4":{"ip":"10.65.0.0/32"},"dns":{}}"#)
  }

  @Test("lists the IPv4 address before the IPv6 address, and passes the DNS settings through")
  func bothFamilies() async throws {
    let host = try await Host(pools: ["10.65.0.0/26", "fd00:65::/122"])
    let pod = try host.pod("p")
    let ipam: Value = ["type": "calico-ipam", "assign_ipv4": "true", "assign_ipv6": "true"]
    let dns: Value = ["nameservers": ["10.96.0.10"]]
    let answer = try host.attach(pod, [.init("ipam", ipam), .init("dns", dns)])
    #expect(
      answer.value["ips"] == [
        ["interface": 1, "address": "10.65.0.0/32"],
        ["interface": 1, "address": "fd00:65::/128"],
      ])
    #expect(answer.value["dns"] == dns)
  }

  @Test("of the IPAM plugin alone has addresses and no interfaces")
  func addressesAlone() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    let answer = try host.call("ADD", pod, program: "calico-ipam")
    #expect(
      JSON.encode(answer.value)
        == #"{"cniVersion":"1.0.0","ips":[{"address":"10.65.0.0/32"}],"dns":{}}"#)
    let check = try host.call(
      "CHECK", pod, [.init("prevResult", answer.value)], program: "calico-ipam")
    #expect(check.status == 0, "\(check.text)")
    #expect(try host.call("DEL", pod, program: "calico-ipam").status == 0)
    #expect(try await host.leftovers() == [])
    let failed = try host.call(
      "CHECK", pod, [.init("prevResult", answer.value)], program: "calico-ipam")
    #expect(failed.code == 104)
  }

  @Test("to -v is the version of the program, and to other flags how to call it")
  func flags() async throws {
    let host = try await Host()
    let program = host.folder.path + "/bin/calico"
    let version = try Command(words: [program, "-v"]).outcome()
    #expect(version.status == 0)
    #expect(version.output == "\(BuildVersion.version)\n")
    let other = try Command(words: [program, "--help"]).outcome()
    #expect(other.status == 1)
    #expect(other.output == "")
    #expect(other.error == "usage: calico [-v], with CNI_COMMAND in the environment\n")
  }

  @Test("of VERSION names all versions")
  func versions() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    for program in ["calico", "calico-ipam"] {
      let answer = try host.call("VERSION", pod, input: "", program: program)
      #expect(
        JSON.encode(answer.value)
          == #"{"cniVersion":"1.0.0","supportedVersions":"#
          + #"["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0"]}"#)
      #expect(answer.status == 0)
    }
  }
}
