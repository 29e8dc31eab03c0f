// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Attachment
import Glibc
import HostSystem
import Synchronization
import TestSupport
import ValueTree

/// Many ADDs and DELs at once, of which a random share is killed and then repeated, given up or
/// left lying, as runtimes do. What is random follows from the seed and the pod alone, save for the
/// moments of kills from outside.
final class Storm: Sendable {
  /// What becomes of one call.
  enum Fate {
    case undisturbed
    case killedBefore(Step)
    /// After this share of the time that a call took lately.
    case killedAfter(Double)
  }

  let seed: UInt64
  let storePath: String
  let network = "net1"
  /// By pod, without what changes from call to call.
  private let calls: [Command]
  private let folder: String
  private let fates: [Fate]
  private let fatesOfReplacements: [Int: Fate]
  let pods: Mutex<[Census.Pod]>
  let tally = Mutex(Tally())
  private let lately = Mutex(useconds_t(50_000))
  private let callCount = Atomic(0)
  /// Of containers that are not their pods' first, kept until the end.
  private let namespaces = Mutex<[Namespace]>([])

  /// How often each step was killed, and what went wrong.
  struct Tally {
    var byHook: [String: Int] = [:]
    var fromOutside: [String: Int] = [:]
    var calls: [String: Int] = [:]
    var log: [String] = []
    var problems: [String] = []
  }

  init(_ host: Host, _ pods: [Host.Pod], seed: UInt64) {
    self.seed = seed
    storePath = host.storePath
    folder = host.folder.path
    calls = pods.map { host.prepared("ADD", $0) }
    self.pods = Mutex(pods.map { Census.Pod(name: $0.name, namespace: $0.namespace.name) })
    var generator = SplitMix64(seed: seed)
    fates = Self.deal(pods.count, Step.ofAdd, certain: Step.ofAdd, atLeast: 5, &generator)
    let replaced = Array(pods.indices.shuffled(using: &generator).prefix(pods.count / 5))
    let fatesOfReplaced = Self.deal(
      replaced.count, Step.ofTakeOver,
      certain: [.setAside, .replaceLink, .removeFormer, .releaseFormer], atLeast: 8,
      &generator)
    fatesOfReplacements = Dictionary(uniqueKeysWithValues: zip(replaced, fatesOfReplaced))
  }

  /// Fates for this many calls, in which each of certain steps is killed at least so many times,
  /// and of the others about a half is killed in all ways.
  private static func deal(
    _ count: Int, _ steps: [Step], certain: [Step], atLeast: Int,
    _ generator: inout SplitMix64
  ) -> [Fate] {
    var dealt = certain.flatMap { step in
      Array(repeating: Fate.killedBefore(step), count: atLeast)
    }
    while dealt.count < count {
      let isHook = Int.random(in: 0..<100, using: &generator) < 25
      let step = steps.randomElement(using: &generator)
      if isHook, let step {
        dealt.append(.killedBefore(step))
      } else {
        dealt.append(outside(percent: 33, &generator))
      }
    }
    return dealt.shuffled(using: &generator)
  }

  private static func outside(percent: Int, _ generator: inout SplitMix64) -> Fate {
    guard Int.random(in: 0..<100, using: &generator) < percent else { return .undisturbed }
    return .killedAfter(Double.random(in: 0..<1.2, using: &generator))
  }

  private func generator(_ pod: Int, half: UInt64) -> SplitMix64 {
    SplitMix64(seed: seed ^ (UInt64(pod) * 2 + half + 1) &* 0x9e37_79b9_7f4a_7c15)
  }

  private func problem(_ text: String) { tally.withLock { $0.problems.append(text) } }

  // MARK: Calls

  private enum Ending {
    case answered(Value)
    case killed
    case failed
  }

  /// One call of the plugin in a process of its own.
  private func call(
    _ verb: String, _ pod: Int, _ container: String, _ namespace: String?, _ fate: Fate
  ) -> Ending {
    let number = callCount.add(1, ordering: .relaxed).oldValue
    let stepLog = "\(folder)/steps-\(number)"
    var command = calls[pod]
    command.environment["CNI_COMMAND"] = verb
    command.environment["CNI_CONTAINERID"] = container
    if let namespace { command.environment["CNI_NETNS"] = "/run/netns/\(namespace)" }
    command.environment["CALICO_CNI_STEP_LOG"] = stepLog
    switch fate {
    case .undisturbed: break
    case .killedBefore(let step): command.environment["CALICO_CNI_KILL_AT"] = step.rawValue
    case .killedAfter(let share):
      command.killedAfter = useconds_t(Double(lately.withLock { $0 }) * share)
    }
    let start = Self.microseconds
    guard let outcome = try? command.outcome() else {
      problem("\(verb) \(container) was not started")
      return .failed
    }
    tally.withLock { $0.calls[verb, default: 0] += 1 }
    defer { unlink(stepLog) }
    if outcome.status == 128 + SIGKILL {
      let steps = TemporaryFolder.text(of: stepLog).split(separator: "\n")
      let last = steps.last.map(String.init) ?? "the first step"
      note(verb, container, fate, last)
      return .killed
    }
    if case .undisturbed = fate { lately.withLock { $0 = Self.microseconds - start } }
    if case .killedBefore(let step) = fate, outcome.status == 0 {
      // Not a step of this call, as of an ADD that finds the pod wired.
      tally.withLock { $0.log.append("\(verb) \(container) never came to \(step.rawValue)") }
    }
    guard outcome.status == 0 else {
      problem("\(verb) \(container): \(outcome.status) \(outcome.output)\(outcome.error)")
      return .failed
    }
    return .answered((try? JSON.parse(outcome.output)) ?? .null)
  }

  private static var microseconds: useconds_t {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return useconds_t(truncatingIfNeeded: time.tv_sec * 1_000_000 + time.tv_nsec / 1000)
  }

  private func note(_ verb: String, _ container: String, _ fate: Fate, _ last: String) {
    tally.withLock { tally in
      switch fate {
      case .killedBefore(let step):
        tally.byHook["\(verb) \(last)", default: 0] += 1
        tally.log.append("\(verb) \(container) killed before \(last)")
        if step.rawValue != last {
          tally.problems.append("\(verb) \(container) was to be killed before \(step), not \(last)")
        }
      case .killedAfter, .undisturbed:
        tally.fromOutside["\(verb) \(last)", default: 0] += 1
        tally.log.append("\(verb) \(container) killed from outside, last before \(last)")
      }
    }
  }

  // MARK: Attaching

  /// Everything that happens to one pod while pods come.
  func attach(_ index: Int) {
    var generator = generator(index, half: 0)
    var pod = pods.withLock { $0[index] }
    bringUp(&pod, index, fates[index], &generator)
    if let fate = fatesOfReplacements[index] {
      if pod.live == nil { bringUp(&pod, index, .undisturbed, &generator) }
      let former = pod.live?.container
      // Another container of the same pod; the old one's DEL comes late.
      bringUp(&pod, index, fate, &generator)
      if let former, pod.live != nil, Bool.random(using: &generator) {
        delete(&pod, index, former, .undisturbed, &generator)
      }
    }
    pods.withLock { $0[index] = pod }
    if index % 8 == 0 { lookAtStore() }
  }

  /// Calls ADD for a new container of the pod until it is there, or given up or left lying.
  private func bringUp(
    _ pod: inout Census.Pod, _ index: Int, _ fate: Fate, _ generator: inout SplitMix64
  ) {
    var fate = fate
    var container = newContainer(&pod)
    for attempt in 0..<12 {
      switch call("ADD", index, container, pod.namespaceOf[container], fate) {
      case .failed: return
      case .answered(let answer):
        let network = answer["ips"]?.array?.first?["address"]?.string ?? ""
        pod.live = Census.Live(
          container: container, address: String(network.prefix { $0 != "/" }))
        return
      case .killed: break
      }
      switch Int.random(in: 0..<100, using: &generator) {
      case 0..<60: break
      case 60..<75:
        delete(&pod, index, container, Self.outside(percent: 25, &generator), &generator)
        container = newContainer(&pod)
      case 75..<88: container = newContainer(&pod)
      case 88..<94:
        delete(&pod, index, container, Self.outside(percent: 25, &generator), &generator)
        return
      default: return
      }
      fate = Self.outside(percent: attempt < 10 ? 25 : 0, &generator)
    }
    problem("\(pod.name) did not come up")
  }

  /// Each container has a namespace of its own, as runtimes have it.
  private func newContainer(_ pod: inout Census.Pod) -> String {
    pod.live = nil
    if pod.made > 0 {
      if let namespace = try? Namespace() {
        pod.formerNamespaces.append(pod.namespace)
        pod.namespace = namespace.name
        namespaces.withLock { $0.append(namespace) }
      } else {
        problem("there is no namespace for \(pod.name)")
      }
    }
    pod.made += 1
    let name = "\(pod.name)-\(pod.made)"
    pod.containers.append(name)
    pod.namespaceOf[name] = pod.namespace
    return name
  }

  // MARK: Deleting

  /// The fates of the live containers' DELs: each step is killed some times.
  func fatesOfDeletions(_ pods: [Census.Pod]) -> [Int: Fate] {
    var generator = SplitMix64(seed: seed &+ 1)
    let live = pods.indices.filter { pods[$0].live != nil }
    let dealt = Self.deal(
      live.count, Step.ofDelete, certain: Step.ofDelete, atLeast: 6, &generator)
    return Dictionary(uniqueKeysWithValues: zip(live, dealt))
  }

  /// DEL for every container that the pod has had, in any order.
  func detach(_ index: Int, _ fate: Fate?) {
    var generator = generator(index, half: 1)
    var pod = pods.withLock { $0[index] }
    let live = pod.live?.container
    for container in pod.containers.shuffled(using: &generator) {
      let random = Self.outside(percent: 25, &generator)
      delete(&pod, index, container, container == live ? fate ?? random : random, &generator)
    }
    pods.withLock { $0[index] = pod }
    if index % 8 == 0 { lookAtStore() }
  }

  /// Calls DEL until it answers, and sometimes once more.
  private func delete(
    _ pod: inout Census.Pod, _ index: Int, _ container: String, _ fate: Fate,
    _ generator: inout SplitMix64
  ) {
    var fate = fate
    for attempt in 0..<12 {
      let namespace = pod.namespaceOf[container]
      switch call("DEL", index, container, namespace, fate) {
      case .failed: return
      case .killed: fate = Self.outside(percent: attempt < 10 ? 25 : 0, &generator)
      case .answered:
        pod.containers.removeAll { $0 == container }
        if pod.live?.container == container { pod.live = nil }
        if Int.random(in: 0..<10, using: &generator) == 0 {
          _ = call("DEL", index, container, namespace, .undisturbed)
        }
        return
      }
    }
    problem("\(container) was not deleted")
  }

  private func lookAtStore() {
    do {
      for text in try StoreCensus(path: storePath).problems(network: network) { problem(text) }
    } catch { problem("the store cannot be read: \(error)") }
  }
}
