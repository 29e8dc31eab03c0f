// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Netlink
import Testing

private actor OneThread {
  nonisolated let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private(set) var seen: Set<UInt> = []
  init(_ executor: ThreadExecutor) { self.executor = executor }
  func note() { seen.insert(UInt(pthread_self())) }
  func name() throws -> String {
    var file = [UInt8](repeating: 0, count: 32)
    let descriptor = open("/proc/thread-self/comm", O_RDONLY)
    defer { close(descriptor) }
    let count = read(descriptor, &file, 32)
    return String(decoding: file[..<max(0, count)], as: UTF8.self)
  }
}

@Suite("Threads, namespaces and settings")
struct GroundTests {
  @Test("an actor on a thread executor runs all its jobs on that one named thread")
  func executor() async throws {
    let executor = try ThreadExecutor(name: "a name longer than fifteen")
    let actor = OneThread(executor)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<200 { group.addTask { await actor.note() } }
    }
    #expect(await actor.seen.count == 1)
    #expect(await actor.seen != [UInt(pthread_self())])
    #expect(try await actor.name() == "a name longer t\n")
    #expect(executor.isIsolatingCurrentContext() == false)
    executor.stop()
    executor.stop()
  }

  @Test("a thread that entered a namespace is back afterwards, also after an error", .needsRoot)
  func enter() throws {
    struct Thrown: Error {}
    try TestNamespace.with { space in
      let home = try NetworkNamespace.current().inode()
      let inside = try space.namespace.enter { try NetworkNamespace.current().inode() }
      #expect(inside == (try space.namespace.inode()))
      #expect(inside != home)
      #expect(throws: Thrown.self) { try space.namespace.enter { throw Thrown() } }
      #expect(try NetworkNamespace.current().inode() == home)
    }
  }

  @Test("what is no network namespace is refused")
  func notANamespace() throws {
    #expect { try NetworkNamespace(name: "nlt-is-not-there") } throws: {
      ($0 as? NetlinkError)?.isNotFound == true && "\($0)".contains("/run/netns/nlt-is-not-there")
    }
    #expect { try NetworkNamespace(name: "../x") } throws: { ($0 as? NetlinkError)?.code == EINVAL }
    let file = try NetworkNamespace(path: "/dev/null")
    #expect { try file.enter {} } throws: { ($0 as? NetlinkError)?.code == EINVAL }
  }

  @Test("settings of an interface with dots in its name are read and written", .needsRoot)
  func sysctl() throws {
    try TestNamespace.with { space in
      _ = try space.device("eth0.100")
      let before = try space.namespace.enter {
        try Sysctl.read("net", "ipv4", "conf", "eth0.100", "rp_filter")
      }
      let value = before == "1" ? "2" : "1"
      try space.namespace.enter {
        try Sysctl.write(value, to: "net", "ipv4", "conf", "eth0.100", "rp_filter")
      }
      #expect(
        try space.run("cat", "/proc/sys/net/ipv4/conf/eth0.100/rp_filter") == value + "\n")
      #expect {
        try space.namespace.enter { try Sysctl.read("net", "ipv4", "conf", "eth9", "rp_filter") }
      } throws: { ($0 as? NetlinkError)?.isNotFound == true }
      #expect {
        try space.namespace.enter {
          try Sysctl.write("nonsense", to: "net", "ipv4", "conf", "eth0.100", "rp_filter")
        }
      } throws: { ($0 as? NetlinkError)?.code == EINVAL }
    }
  }

  @Test("a setting's name cannot lead elsewhere", arguments: ["", ".", "..", "a/b"])
  func path(_ component: String) {
    #expect { try Sysctl.read("net", component) } throws: { ($0 as? NetlinkError)?.code == EINVAL }
  }
}
