// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import AgentProtocol
import Netlink
import Resources
import StoreAccess
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
    try refuseUnstorable(call)
    let draft = EndpointDraft(
      call.workload, labels: try configuration.labels(), ports: try configuration.ports())
    try draft.validate()
    return Plan(
      namespace: try PodNamespace.open(call.environment.namespacePath),
      traits: VethPair.Traits(
        podMAC: randomMAC(), mtu: try configuration.mtu(call.folders),
        queues: try configuration.queues(),
        allowsForwarding: try configuration.allowsForwarding()),
      draft: draft, policyWait: try configuration.policyWait())
  }

  /// In Kubernetes' API an endpoint is a pod, which has one interface of Calico's (compatibility
  /// §1.6).
  private static func refuseUnstorable(_ call: Plugin.Call) throws(CNIError) {
    guard call.access.type == .kubernetes, call.workload.endpoint != "eth0" else { return }
    throw CNIError(
      .unsupportedField,
      "CNI_IFNAME must be eth0 with the Kubernetes datastore, where a pod has one endpoint, is "
        + "'\(call.workload.endpoint)'")
  }

  /// A random address of those that are free for all to use.
  private static func randomMAC() -> MACAddress? {
    let bits = UInt64.random(in: 0..<1 << 48) & 0xfcff_ffff_ffff | 0x0200_0000_0000
    return MACAddress(bits: bits)
  }

  func add(_ plan: Plan) async throws(CNIError) -> CNIResult {
    var progress = Progress()
    do throws(CNIError) {
      // Refuses before anything is done.
      let survey = try await survey(plan.namespace)
      return try await add(plan, survey, &progress)
    } catch {
      log.error("\(error)")
      throw await undo(progress, plan.namespace, after: error)
    }
  }

  /// What this call has made, or may have made.
  private struct Progress {
    var hasAddresses = false
    var addresses: [IPAddress] = []
    /// What the container had already.
    var present: [IPAddress] = []
    var link: Link?
    var repaired: VethPair?
    var replacedRoutes: [VethPair.ReplacedRoute] = []
    /// What the container's interface had before anything of it was changed.
    var belongings: VethPair.Belongings?
    var hasEndpoint = false
    /// Interfaces that have got another name, with that which they had.
    var renamed: [Link] = []
  }

  /// What the container has already: a repeated ADD gives the same, and one that fails leaves it.
  private func present(_ survey: Survey) async throws(CNIError) -> [IPAddress] {
    if isAttached { return stored.addresses }
    guard survey.present != nil else { return [] }
    return try await source.held(inside: survey.pod.addresses)
  }

  private func add(
    _ plan: Plan, _ survey: Survey, _ progress: inout Progress
  ) async throws(CNIError) -> CNIResult {
    let present = try await present(survey)
    progress.present = present
    try steps.begin(.assignAddresses)
    progress.hasAddresses = true
    let addresses = try await source.assign(present: present)
    progress.addresses = addresses
    func pair(_ hostName: String) -> VethPair {
      VethPair(
        hostName: hostName, podName: workload.endpoint, namespace: plan.namespace,
        addresses: addresses, owner: workload.owner, secondary: survey.pod.secondary)
    }
    let final = pair(survey.hostName)
    var traits = plan.traits
    // Not every store keeps it; the interface itself does.
    let known = isAttached ? stored.endpoint.flatMap { MACAddress($0.spec.mac) } : nil
    traits.podMAC = known ?? survey.pod.inside?.mac ?? traits.podMAC
    let link: Link
    if let present = survey.present {
      link = present
      let standing = pair(present.name)
      progress.repaired = standing
      try repair(standing, traits, survey, &progress)
      // Without an endpoint nothing says what others have added, and no address may have two. While
      // an endpoint has them still, so that an ADD that is killed leaves none that nobody knows of.
      let before = isAttached ? progress.present : survey.pod.addresses
      try takeAway(before.filter { !addresses.contains($0) }, from: standing, &progress)
    } else {
      try final.refuseIfTaken(pods: survey.links, index: nil)
      try steps.begin(.createLink)
      for link in survey.debris { try VethPair.remove(link) }
      let made = survey.former.isEmpty ? final : pair(workload.pendingInterfaceName)
      link = try made.create(traits)
      progress.link = link
      try wire(made, traits, survey, &progress)
    }
    var draft = plan.draft
    draft.interfaceName = final.hostName
    draft.addresses = addresses
    draft.mac = traits.podMAC
    try steps.begin(.storeEndpoint)
    progress.hasEndpoint = true
    try await endpoints.put(draft, over: stored)
    if !survey.former.isEmpty || link.name != final.hostName {
      try takePlace(final, link, survey, &progress)
    }
    await releaseFormer()
    if let wait = plan.policyWait { tellAgent(wait, final.hostName) }
    steps.before(.answer)
    log.info("attached \(workload.key) with \(addresses) by \(final.hostName)")
    return result(addresses, mac: traits.podMAC, final.hostName)
  }

  /// Takes addresses away that the container has and that are not its own any more.
  private func takeAway(
    _ addresses: [IPAddress], from pair: VethPair, _ progress: inout Progress
  ) throws(CNIError) {
    guard !addresses.isEmpty else { return }
    try steps.begin(.takeAway)
    let belongings = try pair.belongings(without: addresses)
    progress.belongings = progress.belongings ?? belongings
    try pair.takeAway(addresses) { (part) throws(CNIError) in
      try steps.begin(.takeAway, part: part)
    }
  }

  /// Makes good in place what is missing of a pair that stands: its container runs.
  private func repair(
    _ pair: VethPair, _ traits: VethPair.Traits, _ survey: Survey, _ progress: inout Progress
  ) throws(CNIError) {
    let problems = try pair.problems(podMAC: traits.podMAC)
    if !problems.isEmpty {
      try pair.refuseIfTaken(pods: survey.links, index: survey.present?.index)
    }
    try pair.mark()
    if problems.isEmpty { return }
    log.debug("repairing \(pair.hostName): \(problems.joined(separator: "; "))")
    progress.belongings = try pair.belongings()
    try wire(pair, traits, survey, &progress)
  }

  /// Gives both ends of a pair what they are to have.
  private func wire(
    _ pair: VethPair, _ traits: VethPair.Traits, _ survey: Survey, _ progress: inout Progress
  ) throws(CNIError) {
    try steps.begin(.configureHost)
    try pair.configureHost()
    try steps.begin(.configurePod)
    try pair.configurePod(traits)
    try steps.begin(.routeToPod)
    try pair.routeToPod(pods: survey.links, replaced: &progress.replacedRoutes)
  }

  /// Puts a pair, which works under another name, in the place of the former ones. Nothing of these
  /// goes before it has the name.
  private func takePlace(
    _ final: VethPair, _ link: Link, _ survey: Survey, _ progress: inout Progress
  ) throws(CNIError) {
    var former = survey.former
    var link = link
    try steps.begin(.setAside)
    if survey.present != nil {
      // What calls that were stopped have left where something has to pass.
      for debris in survey.debris where workload.isPassing(debris.name) {
        try VethPair.remove(debris)
      }
    }
    if link.name == workload.asideInterfaceName {
      // It was set aside by another container's call, which was stopped. Its place there is needed
      // for the one that took its own.
      let pending = workload.pendingInterfaceName
      progress.renamed.append(link)
      try VethPair.rename(link, to: pending)
      link.name = pending
    }
    if let index = former.firstIndex(where: { $0.link.name == final.hostName }) {
      let old = former[index]
      if former.contains(where: { $0.link.name == workload.asideInterfaceName }) {
        // It took the place of the one that is aside, and that was taken back.
        try VethPair.remove(old.link)
        former.remove(at: index)
      } else {
        progress.renamed.append(old.link)
        try VethPair.rename(
          old.link, to: workload.asideInterfaceName, alias: owner(old)?.alias)
      }
    }
    try steps.begin(.replaceLink)
    if link.name != final.hostName {
      progress.renamed.append(link)
      try VethPair.rename(link, to: final.hostName)
    }
    try final.routeToPod(pods: survey.links, replaced: &progress.replacedRoutes)
    try steps.begin(.removeFormer)
    for (number, old) in former.enumerated() {
      do throws(CNIError) {
        try steps.begin(.removeFormer, part: number + 1)
        try VethPair.remove(old.link)
      } catch {
        // The new one has its place: nothing may be undone any more, and the next call finds it.
        log.warning("the interface of the pod's former container stays: \(error)")
      }
    }
  }

  /// Whose an interface is that does not say it itself. Aside, its name says less.
  private func owner(_ found: HostLinks.Found) -> LinkOwner? {
    guard LinkOwner(alias: found.link.alias) == nil, case .other(let container) = found.claim
    else { return nil }
    return LinkOwner(interface: workload.owner.interface, container: container)
  }

  private func result(
    _ addresses: [IPAddress], mac: MACAddress?, _ hostName: String
  ) -> CNIResult {
    var result = CNIResult()
    result.interfaces = [
      .init(name: hostName, mac: VethPair.hostMAC, sandbox: ""),
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
  private func tellAgent(_ milliseconds: Int, _ hostName: String) {
    steps.before(.tellAgent)
    let client = AgentClient(path: AgentSocket.path(runDirectory: call.folders.run))
    let endpoint = AttachedEndpoint(
      node: workload.node, namespace: workload.namespace, name: workload.endpointName,
      interfaceName: hostName, containerID: workload.containerID)
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

  /// Takes back what this call has made, and returns the error with what could not be taken back.
  /// What the pod's container before this one has stays, and what this one had before.
  private func undo(
    _ progress: Progress, _ namespace: NetworkNamespace, after error: CNIError
  ) async -> CNIError {
    var failures: [String] = []
    func attempt(_ body: () async throws(CNIError) -> Void) async {
      do throws(CNIError) { try await body() } catch { failures.append(error.description) }
    }
    if let link = progress.link {
      await attempt { () throws(CNIError) in try VethPair.remove(link) }
      removeRules(in: namespace, of: progress.addresses, linkIndex: link.peerIndex)
    }
    let present = progress.present
    for link in progress.renamed.reversed() where link.index != progress.link?.index {
      await attempt { () throws(CNIError) in try VethPair.rename(link, to: link.name) }
    }
    if let pair = progress.repaired {
      // Before the others go: the last address takes the pod's routes along.
      if let belongings = progress.belongings {
        await attempt { () throws(CNIError) in try pair.putBack(belongings) }
      }
      await attempt { () throws(CNIError) in
        try pair.takeAway(progress.addresses.filter { !present.contains($0) })
      }
    }
    if !progress.replacedRoutes.isEmpty {
      await attempt { () throws(CNIError) in try VethPair.restore(progress.replacedRoutes) }
    }
    if progress.hasEndpoint {
      await attempt { () async throws(CNIError) in try await endpoints.restore(stored) }
    }
    if progress.hasAddresses {
      await attempt { () async throws(CNIError) in
        try await source.release(progress.addresses, besides: present)
      }
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
