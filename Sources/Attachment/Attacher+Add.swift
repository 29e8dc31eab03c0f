// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import AgentProtocol
import Netlink
import Resources
import ValueTree

extension Attacher {
  /// What the configuration says about ADD, checked before anything is done.
  struct Plan {
    var namespace: NetworkNamespace
    var traits: VethPair.Traits
    var draft: EndpointDraft
    var policyWait: Int?
  }

  static func plan(_ call: Plugin.Call) throws(CNIError) -> Plan {
    let configuration = call.configuration
    try configuration.refuseUnsupported()
    let draft = EndpointDraft(
      workload: call.workload, labels: try configuration.labels(), ports: try configuration.ports())
    try draft.validate()
    return Plan(
      namespace: try PodNamespace.open(call.environment.namespacePath),
      traits: VethPair.Traits(
        podMAC: randomMAC(), mtu: try configuration.mtu(call.folders),
        queues: try configuration.queues(),
        allowsForwarding: try configuration.allowsForwarding()),
      draft: draft, policyWait: try configuration.policyWait())
  }

  /// A random address of those that are free for all to use.
  private static func randomMAC() -> MACAddress? {
    let bits = UInt64.random(in: 0..<1 << 48) & 0xfcff_ffff_ffff | 0x0200_0000_0000
    return MACAddress(bits: bits)
  }

  func add(_ plan: Plan) async throws(CNIError) -> CNIResult {
    var progress = Progress()
    do throws(CNIError) {
      return try await add(plan, &progress)
    } catch {
      log.error("\(error)")
      // A container that was attached before this call stays so: DEL will be called for it.
      if isAttached { throw error }
      throw await undo(progress, after: error)
    }
  }

  private struct Progress {
    var hasAddresses = false
    var hasLink = false
    var hasEndpoint = false
  }

  private func add(_ plan: Plan, _ progress: inout Progress) async throws(CNIError) -> CNIResult {
    steps.before(.assignAddresses)
    progress.hasAddresses = true
    let addresses = try await source.assign(present: isAttached ? stored.addresses : [])
    let pair = VethPair(
      hostName: workload.interfaceName, podName: workload.endpoint, namespace: plan.namespace,
      addresses: addresses)
    var traits = plan.traits
    var known = stored.endpoint.flatMap { MACAddress($0.spec.mac) }
    if isAttached, known == nil {
      // Not every store keeps it; the interface itself does.
      known = try VethPair.podMAC(
        workload.interfaceName, podName: workload.endpoint, plan.namespace)
    }
    if isAttached, let known { traits.podMAC = known }
    let problems = isAttached ? try pair.problems(podMAC: known) : ["it is new"]
    if !problems.isEmpty {
      log.debug("wiring \(pair.hostName): \(problems.joined(separator: "; "))")
      progress.hasLink = true
      try pair.wire(traits, steps)
    }
    var draft = plan.draft
    draft.addresses = addresses
    draft.mac = traits.podMAC
    steps.before(.storeEndpoint)
    progress.hasEndpoint = true
    try await endpoints.put(draft, over: stored)
    await releaseFormer()
    if let wait = plan.policyWait { tellAgent(wait) }
    steps.before(.answer)
    log.info("attached \(workload.key) with \(addresses) by \(workload.interfaceName)")
    return result(addresses, mac: traits.podMAC)
  }

  private func result(_ addresses: [IPAddress], mac: MACAddress?) -> CNIResult {
    var result = CNIResult()
    result.interfaces = [
      .init(name: workload.interfaceName, mac: VethPair.hostMAC, sandbox: ""),
      .init(name: workload.endpoint, mac: mac, sandbox: call.environment.namespacePath),
    ]
    result.addresses = addresses.compactMap { address in
      InterfaceAddress(address, prefixLength: address.family.bitWidth)
        .map { .init(address: $0, interface: 1) }
    }
    if let dns = call.configuration.value["dns"], dns.members != nil { result.dns = dns }
    return result
  }

  /// Gives back what the pod's container before this one held, whose DEL has not come. The new
  /// container runs whether that works or not; the old one's DEL would do the same again.
  private func releaseFormer() async {
    guard let former = stored.endpoint?.spec.containerID, !former.isEmpty, !isAttached,
      let calico
    else { return }
    steps.before(.releaseFormer)
    let handle = Workload.handle(call.configuration.name, former, workload.endpoint)
    do {
      try await calico.release(handle: handle)
      log.info("released the addresses of the pod's former container \(former)")
    } catch {
      log.warning("the addresses of the pod's former container \(former) stay: \(error)")
    }
  }

  /// Tells the agent, and waits for it to have programmed the pod's policy. The datastore says the
  /// same, so an agent that is not there, or slow, is no failure.
  private func tellAgent(_ milliseconds: Int) {
    steps.before(.tellAgent)
    let client = AgentClient(path: AgentSocket.path(runDirectory: call.folders.run))
    let endpoint = AttachedEndpoint(
      node: workload.node, namespace: workload.namespace, name: workload.endpointName,
      interfaceName: workload.interfaceName, containerID: workload.containerID)
    do throws(AgentClientError) {
      let reply = try client.send(.attached(endpoint), waitingAtMost: milliseconds)
      if case .failed(let reason) = reply {
        log.warning("the agent has not programmed \(workload.key): \(reason)")
      }
    } catch {
      if case .noAgent = error { return log.debug("\(error)") }
      log.warning("\(error)")
    }
  }

  /// Takes back what was done, and returns the error with what could not be taken back.
  private func undo(_ progress: Progress, after error: CNIError) async -> CNIError {
    var failures: [String] = []
    func attempt(_ body: () async throws(CNIError) -> Void) async {
      do throws(CNIError) { try await body() } catch { failures.append(error.description) }
    }
    if progress.hasLink {
      await attempt { () throws(CNIError) in try VethPair.remove(workload.interfaceName) }
    }
    if progress.hasEndpoint {
      await attempt { () async throws(CNIError) in try await endpoints.delete() }
    }
    if progress.hasAddresses {
      await attempt { () async throws(CNIError) in try await source.release() }
    }
    var error = error
    if !failures.isEmpty {
      let text = "left for DEL to clean up: " + failures.joined(separator: "; ")
      log.error(text)
      error.details = error.details.isEmpty ? text : "\(error.details); \(text)"
    }
    return error
  }
}
