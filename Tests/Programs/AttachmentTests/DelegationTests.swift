// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import LocalDatastore
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("With another IPAM plugin", .needsRoot)
struct DelegationTests {
  /// A plugin that gives out one address, as host-local would, and notes what it is asked.
  private static let script = """
    #!/bin/sh
    folder=$(dirname "$0")
    config=$(cat)
    echo "$CNI_COMMAND $CNI_CONTAINERID $CNI_IFNAME $CNI_NETNS" >> "$folder/calls"
    case "$config" in *'"broken":'*) echo nonsense; exit 3;; esac
    lease="$folder/lease-$CNI_CONTAINERID"
    case "$CNI_COMMAND" in
    ADD)
      if [ -e "$lease" ]; then
        echo '{"cniVersion":"1.0.0","code":100,"msg":"duplicate allocation","details":"d"}'
        exit 1
      fi
      touch "$lease"
      case "$config" in
      *'"0.2.0"'*) echo '{"cniVersion":"0.2.0","ip4":{"ip":"10.77.0.5/24"},"dns":{}}';;
      *) echo '{"cniVersion":"1.0.0","ips":[{"address":"fd77::5/64","gateway":"fd77::1"},
        {"address":"10.77.0.5/24","gateway":"10.77.0.1"}]}';;
      esac;;
    DEL) rm -f "$lease";;
    CHECK) [ -e "$lease" ] || { echo '{"code":7,"msg":"no lease"}'; exit 1; };;
    esac
    """
  private static let ipam = Value.Member(
    "ipam", ["type": "host-local", "subnet": "10.77.0.0/24"])

  private func host() async throws -> Host {
    let host = try await Host()
    try host.folder.write(Self.script, to: "bin/host-local", mode: 0o755)
    return host
  }

  private func calls(_ host: Host) -> [String] {
    host.folder.read("bin/calls").split(separator: "\n").map(String.init)
  }

  @Test("ADD, CHECK and DEL ask it, and route the addresses one by one")
  func delegated() async throws {
    let host = try await host()
    let pod = try host.pod("p")
    let answer = try host.attach(pod, [Self.ipam])
    #expect(
      answer.value["ips"] == [
        ["interface": 1, "address": "10.77.0.5/32"], ["interface": 1, "address": "fd77::5/128"],
      ])
    #expect(try await host.endpoint(pod)?.spec.ipNetworks == ["10.77.0.5/32", "fd77::5/128"])
    try pod.namespace.run("ping", "-c", "1", "-W", "5", "192.0.2.1")
    #expect(try await host.ipam.allocations().isEmpty)
    // Asked again, such plugins refuse.
    #expect(try host.attach(pod, [Self.ipam]).text == answer.text)
    let check = try host.call("CHECK", pod, [Self.ipam, .init("prevResult", answer.value)])
    #expect(check.status == 0, "\(check.text)")
    for _ in 0..<2 { #expect(try host.call("DEL", pod, [Self.ipam]).status == 0) }
    let words = "c-p eth0 \(pod.namespace.path)"
    #expect(calls(host) == ["ADD \(words)", "CHECK \(words)", "DEL \(words)", "DEL \(words)"])
    #expect(try await host.leftovers() == [])
    let gone = try host.call("CHECK", pod, [Self.ipam, .init("prevResult", answer.value)])
    #expect(gone.status == 1)
  }

  @Test("that is missing, DEL takes away all but what the plugin holds, and says so")
  func missing() async throws {
    let host = try await host()
    let pod = try host.pod("p")
    let kernel = try host.kernelSnapshot()
    try host.attach(pod, [Self.ipam])
    let answer = try host.call("DEL", pod, [Self.ipam], variables: ["CNI_PATH": "/nowhere"])
    #expect(answer.code == 4)
    #expect(answer.message == "CNI_PATH: there is no IPAM plugin 'host-local' in '/nowhere'")
    #expect(try host.kernelSnapshot() == kernel)
    #expect(try await host.endpoint(pod) == nil)
  }

  @Test("of an old version the answer is understood")
  func oldVersion() async throws {
    let host = try await host()
    let pod = try host.pod("p")
    let answer = try host.attach(pod, [Self.ipam, .init("cniVersion", "0.2.0")])
    #expect(
      JSON.encode(answer.value) == #"{"cniVersion":"0.2.0","ip4":{"ip":"10.77.0.5/32"},"dns":{}}"#)
  }

  @Test("its own error is passed on, and rubbish is called so")
  func failures() async throws {
    let host = try await host()
    let pod = try host.pod("p")
    try host.folder.write("", to: "bin/lease-c-p")
    let refused = try host.call("ADD", pod, [Self.ipam])
    #expect(refused.code == 100)
    #expect(refused.message == "host-local: duplicate allocation")
    #expect(refused.value["details"] == "d")
    // What is not known to be there is asked for to be freed.
    #expect(calls(host).map { String($0.prefix(3)) } == ["ADD", "DEL"])
    let broken = try host.call("ADD", pod, [Self.ipam, .init("broken", true)])
    #expect(broken.code == 105)
    #expect(
      broken.message == "host-local failed with status 3 and without an error message")
    #expect(try await host.leftovers() == [])
  }

  @Test("an ADD that fails afterwards gives the addresses back")
  func undone() async throws {
    let host = try await host()
    let pod = try host.pod("p")
    #expect(try host.call("ADD", pod, [Self.ipam, .init("mtu", 20)]).code == 100)
    #expect(calls(host).map { String($0.prefix(3)) } == ["ADD", "DEL"])
  }
}
