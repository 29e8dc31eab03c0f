// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import HostSystem
import KubernetesModel
import PolicyOracle
import Resources
import SyncModel
import TestSupport
import Testing
import ValueTree

@testable import KubernetesDatastore

/// Whatever objects of Kubernetes hold. That of policies is judged by two judges that share nothing:
/// one of Kubernetes' objects, one of Calico's.
@Suite("Objects of Kubernetes by chance") struct ConversionPropertyTests {
  private struct Converted {
    var world = World()
    var resources: [any Resource] { world.resources }

    init(_ cluster: RandomCluster) throws {
      let pods = PodConversion(interfacePrefix: "cali")
      world.endpoints = try cluster.pods.compactMap { pods.endpoint(of: try received($0)) }
      world.profiles =
        try cluster.namespaces.map { ProfileConversion.profile(of: try received($0)) }
        + cluster.accounts.map { ProfileConversion.profile(of: try received($0)) }
      world.policies = try cluster.policies.map { PolicyConversion.policy(of: try received($0)) }
    }
  }

  private func packets(_ random: inout SplitMix64) -> [KubernetesJudge.Packet] {
    let addresses =
      ((1...6).map { "10.0.0.\($0)" } + RandomCluster.outside).compactMap { IPAddress($0) }
    return (0..<60).map { _ in
      KubernetesJudge.Packet(
        source: random.pick(addresses), destination: random.pick(addresses),
        transport: random.pick(["TCP", "UDP", "SCTP"]), port: random.pick([80, 53, 443, 8080]))
    }
  }

  /// - Returns: how many packets both judges allow, and how many only Kubernetes' does.
  private func compare(
    _ cluster: RandomCluster, _ world: World, _ random: inout SplitMix64
  ) throws -> (both: Int, denied: Int, less: Int) {
    let judge = KubernetesJudge(
      pods: cluster.pods, namespaces: cluster.namespaces, policies: cluster.policies)
    let oracle = Oracle(world)
    var count = (both: 0, denied: 0, less: 0)
    for packet in packets(&random) where packet.source != packet.destination {
      let transport = try #require(IPProtocol(name: packet.transport))
      let flow = Flow(
        transport, from: packet.source, port: 40_000, to: packet.destination,
        port: UInt16(packet.port))
      let isAllowed = judge.allows(packet)
      let trace = oracle.decide(flow)
      switch (isAllowed, trace.verdict) {
      case (true, .allow): count.both += 1
      case (true, .deny): count.less += 1
      case (false, .deny): count.denied += 1
      case (false, .allow):
        Issue.record("allowed, and not by Kubernetes: \(trace.text)\n\(cluster.policies)")
      }
    }
    return count
  }

  @Test("policies that a server lets pass allow exactly what they say") func sound() throws {
    var random = SplitMix64(for: "sound policies")
    var count = (both: 0, denied: 0, less: 0)
    for _ in 0..<60 {
      let cluster = RandomCluster(SplitMix64(seed: random.next()), rubbish: 0)
      let converted = try Converted(cluster)
      for resource in converted.resources {
        #expect(resource.validate().isEmpty, "\(JSON.encode(resource.encode()))")
        #expect(LeftOut.items(in: resource.metadata).isEmpty, "\(resource.metadata.annotations)")
      }
      for policy in cluster.policies { #expect(KubernetesJudge.isSound(policy), "\(policy)") }
      let found = try compare(cluster, converted.world, &random)
      #expect(found.less == 0, "\(cluster.policies)")
      count = (count.both + found.both, count.denied + found.denied, count.less + found.less)
    }
    // Of each there is enough to tell the one from the other.
    #expect(count.both > 100 && count.denied > 100, "\(count)")
  }

  @Test("whatever is in a field, the result is valid, allows no more, and says what it left out")
  func rubbish() throws {
    var random = SplitMix64(for: "rubbish in objects of Kubernetes")
    var unsound = 0
    for _ in 0..<70 {
      let cluster = RandomCluster(
        SplitMix64(seed: random.next()), rubbish: random.pick([3, 10, 30]))
      let converted = try Converted(cluster)
      var converter = SyncConverter()
      for resource in converted.resources {
        // A selector may be longer than what is written through Calico's own interface.
        let problems = resource.validate().filter { !"\($0)".contains("at most 1024 bytes") }
        #expect(problems.isEmpty, "\(JSON.encode(resource.encode()))")
        _ = converter.convert(.set(resource))
        // The agents find nothing wrong but what the conversion says.
        let said = LeftOut.items(in: resource.metadata)
        let claims = resource.metadata.annotations[ReservedLabels.claimsAnnotation]
        #expect(claims == nil)
        #expect(
          converter.problems(in: resource.key)
            == said.map { ConversionProblem(key: resource.key, field: $0.field, reason: $0.reason) }
            .sorted(), "\(JSON.encode(resource.encode()))")
      }
      for (source, policy) in zip(cluster.policies, converted.world.policies)
      where !KubernetesJudge.isSound(source) {
        unsound += 1
        #expect(!LeftOut.items(in: policy.metadata).isEmpty, "\(source)")
      }
      for pod in cluster.pods { try checkPorts(of: pod) }
      _ = try compare(cluster, converted.world, &random)
    }
    #expect(unsound > 20)
  }

  /// Each port that has a name or is on the host is either there or said to be left out.
  private func checkPorts(of pod: KubePod) throws {
    guard let endpoint = PodConversion(interfacePrefix: "cali").endpoint(of: pod) else { return }
    let running =
      pod.spec.containers.map { ($0, "containers") }
      + pod.spec.initContainers.filter { $0.restartPolicy == "Always" }.map {
        ($0, "initContainers")
      }
    let ports = running.flatMap { $0.0.ports }.filter { !$0.name.isEmpty || $0.hostPort != 0 }
    let said = LeftOut.items(in: endpoint.metadata).filter { $0.field.contains(".ports[") }
    #expect(endpoint.spec.ports.count + said.count >= ports.count, "\(pod)")
    for text in endpoint.spec.ports.map(\.transport.description) {
      #expect(["TCP", "UDP", "SCTP"].contains(text))
    }
    let controls = endpoint.spec.qosControls
    if let bandwidth = controls?.ingressBandwidth {
      #expect((1000...1_000_000_000_000_000).contains(bandwidth) && controls?.ingressBurst != nil)
    } else {
      #expect(controls?.ingressBurst == nil)
    }
    #expect(controls?.egressPacketRate.map { (1...10_000).contains($0) } ?? true)
  }

  @Test("services have only addresses and ports that there are, and say what was left out")
  func services() throws {
    var random = SplitMix64(for: "rubbish in services")
    let texts = ["10.96.0.1", "fd00::1", "None", "", "x", "10.0.0.0/8", "a\nb"]
    let transports = ["", "TCP", "UDP", "SCTP", "ICMP", "QUIC", "6"]
    for _ in 0..<300 {
      func some(_ items: [String]) -> [String] { random.some(items, atMost: 4) }
      var service = KubeService()
      service.metadata = meta("s", "n")
      service.spec.clusterIps = some(texts)
      service.spec.externalIps = some(texts)
      service.spec.type = random.pick(["ClusterIP", "", "x"])
      var slice = KubeEndpointSlice()
      slice.metadata = meta("s", "n")
      slice.addressType = random.pick(["IPv4", "IPv6", "FQDN", ""])
      var endpoint = KubeEndpoint()
      endpoint.addresses = some(texts)
      slice.endpoints = [endpoint]
      for _ in 0..<random.below(4) {
        var port = KubeServicePort()
        port.`protocol` = random.pick(transports)
        port.port = random.pick([0, 1, 65535, 65536, -1, .min])
        service.spec.ports.append(port)
        var other = KubeEndpointPort()
        other.`protocol` = port.`protocol`
        other.port = port.port
        slice.ports.append(other)
      }
      let converted = ClusterService(try received(service))
      let addresses = service.spec.clusterIps.filter { $0 != "None" } + service.spec.externalIps
      let asked = addresses.filter { !$0.isEmpty }.count + service.spec.ports.count
      let found = converted.clusterIPs.count + converted.externalIPs.count + converted.ports.count
      #expect(found + converted.leftOut.count == asked, "\(service)")
      let behind = ServiceEndpoints(try received(slice))
      for port in converted.ports + behind.ports {
        #expect(port.transport.hasPorts && port.number != 0)
      }
      #expect(behind.ports == converted.ports)
      if [.ipv4, .ipv6].contains(behind.addressType) {
        let asked = endpoint.addresses.filter { !$0.isEmpty }.count + slice.ports.count
        let found = (behind.endpoints.first?.addresses.count ?? 0) + behind.ports.count
        #expect(found + behind.leftOut.count == asked, "\(slice)")
      }
    }
  }
}
