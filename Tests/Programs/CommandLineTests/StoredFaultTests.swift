// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoresUnderTest
import TestSupport
import Testing
import ValueTree

@Suite("Objects that no file would be let in with", .serialized, .timeLimit(.minutes(5)))
struct StoredFaultTests {
  /// An object as it should be and as it is stored.
  private struct Fault {
    var kind: Kind
    var good: String
    var stored: String
    /// Where the fault is.
    var field: String
    var name = "a"
    /// Whether it is read all the same.
    var isRead = true
  }

  private static let faults = [
    Fault(
      kind: .globalNetworkSet, good: "nets: [10.0.0.0/8]", stored: "nets: [10.0.0.0/99]",
      field: "spec.nets[0]"),
    Fault(
      kind: .networkSet, good: "nets: [10.0.0.0/8]", stored: "nets: [10.0.0.0/8, 5]",
      field: "spec.nets[1]"),
    Fault(
      kind: .globalNetworkPolicy, good: "selector: has(a)", stored: "selector: 'has('",
      field: "spec.selector"),
    Fault(
      kind: .globalNetworkPolicy, good: "order: 1", stored: "order: first", field: "spec.order"),
    Fault(
      kind: .networkPolicy, good: "ingress: [{action: Deny}]",
      stored: "ingress: [{action: deny, protocol: nope}]", field: "spec.ingress[0].action"),
    Fault(
      kind: .networkPolicy, good: "types: [Ingress]", stored: "types: [Ingress, Ingress]",
      field: "spec.types"),
    Fault(
      kind: .tier, good: "order: 5, defaultAction: Pass", stored: "order: 5, defaultAction: pass",
      field: "spec.defaultAction"),
    Fault(
      kind: .profile, good: "labelsToApply: {a: b}", stored: "labelsToApply: {'-': b}",
      field: "spec.labelsToApply"),
    Fault(
      kind: .hostEndpoint, good: "node: n, interfaceName: eth0",
      stored: "node: n, interfaceName: 'eth*'", field: "spec.interfaceName"),
    Fault(
      kind: .bgpConfiguration, good: "listenPort: 179", stored: "listenPort: 99999",
      field: "spec.listenPort", name: "default"),
    Fault(
      kind: .bgpConfiguration, good: "logSeverityScreen: Info", stored: "logSeverityScreen: info",
      field: "spec.logSeverityScreen", name: "default"),
    Fault(
      kind: .felixConfiguration, good: "istioDSCPMark: 23", stored: "istioDSCPMark: 99",
      field: "spec.istioDSCPMark", name: "default"),
    Fault(
      kind: .bgpFilter, good: "importV4: [{action: Reject}]",
      stored: "importV4: [{action: Reject, operations: [{setPriority: {value: 1}}]}]",
      field: "spec.importV4[0].operations"),
    Fault(
      kind: .ipReservation, good: "reservedCIDRs: [10.0.0.0/30]", stored: "reservedCIDRs: [x]",
      field: "spec.reservedCIDRs[0]"),
    Fault(
      kind: .ipPool, good: "cidr: 10.7.0.0/16", stored: "cidr: 10.7.0.0/16, blockSize: 8",
      field: "spec.blockSize"),
    Fault(
      kind: .ipPool, good: "cidr: 10.7.0.0/16", stored: "cidr: 10.7.0.0/77", field: "spec.cidr",
      isRead: false),
    Fault(
      kind: .bgpPeer, good: "peerIP: 192.0.2.1, asNumber: 64512",
      stored: "peerIP: 192.0.2.1, asNumber: many", field: "spec.asNumber", isRead: false),
  ]

  @Test(
    "are shown as they are, refused when they are written, mended, and deleted",
    arguments: StoreUnderTest.all)
  func lifetime(subject: StoreUnderTest) async throws {
    for fault in Self.faults where !subject.derivedKinds.contains(fault.kind) {
      try await subject.withEmpty { _ in
        var desk = Desk()
        desk.open = subject.openAgain
        try await follow(fault, desk, subject)
      }
    }
  }

  /// Whether a value has all that another has, and maybe defaults besides.
  private func says(_ value: Value?, _ wanted: Value) -> Bool {
    if let members = wanted.members {
      return members.allSatisfy { says(value?[$0.key], $0.value) }
    }
    guard let items = wanted.array else { return value == wanted }
    guard let found = value?.array, found.count == items.count else { return false }
    return zip(found, items).allSatisfy { says($0, $1) }
  }

  private func follow(_ fault: Fault, _ desk: Desk, _ subject: StoreUnderTest) async throws {
    let namespace = fault.kind.isNamespaced ? "one" : nil
    let key = ResourceKey(kind: fault.kind, namespace: namespace, name: fault.name)
    let place = [fault.kind.rawValue, fault.name] + (namespace.map { ["-n", $0] } ?? [])
    let parsed = try YAML.documents(Array("{\(fault.stored)}".utf8), file: "f").first?.value
    let spec = try #require(parsed)
    func manifest(_ spec: String) -> String {
      """
      apiVersion: projectcalico.org/v3
      kind: \(fault.kind.rawValue)
      metadata: {name: \(fault.name)\(namespace.map { ", namespace: \($0)" } ?? "")}
      spec: {\(spec)}

      """
    }
    let good = manifest(fault.good)
    let whole = await desk.run("apply", "-f", "-", input: good)
    #expect(whole.code == 0, "\(whole)")
    try await subject.plant(key, spec: spec)

    let shown = await desk.run(["get"] + place + ["-oyaml"])
    if fault.isRead {
      // What is wrong is shown as it stands, and whoever reads the output is not told twice.
      #expect(shown.code == 0 && shown.error == "", "\(key): \(shown)")
      let document = try YAML.documents(Array(shown.output.utf8), file: "f").first?.value
      for member in spec.members ?? [] {
        #expect(says(document?["spec"]?[member.key], member.value), "\(key): \(shown.output)")
      }
      let again = await desk.run("apply", "-f", "-", input: shown.output)
      #expect(again.code == 1 && again.error.contains(fault.field), "\(key): \(again)")
    } else {
      #expect(shown.code == 1 && shown.error.contains(fault.field), "\(key): \(shown)")
    }
    let refused = await desk.run("replace", "-f", "-", input: manifest(fault.stored))
    #expect(refused.code == 1 && refused.error.contains(fault.field), "\(key): \(refused)")

    if fault.isRead {
      for verb in ["apply", "replace"] {
        let mended = await desk.run(verb, "-f", "-", input: good)
        #expect(mended.code == 0, "\(key): \(mended)")
        let now = await desk.run(["get"] + place + ["-oyaml"])
        #expect(now.code == 0, "\(key): \(now)")
        let document = try YAML.documents(Array(now.output.utf8), file: "f").first
        let spec = document?.value["spec"]
        let wanted = try YAML.documents(Array("{\(fault.good)}".utf8), file: "f").first?.value
        for member in wanted?.members ?? [] {
          #expect(says(spec?[member.key], member.value), "\(key): \(now.output)")
        }
        try await subject.plant(key, spec: parsed ?? .null)
      }
    }
    let deleted = await desk.run(["delete"] + place)
    #expect(deleted.code == 0, "\(key): \(deleted)")
    let anew = await desk.run("create", "-f", "-", input: good)
    #expect(anew.code == 0, "\(key): \(anew)")
  }
}
