// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import EtcdDatastore
import Glibc
import Resources
import StoreRig
import Synchronization
import ValueTree

extension StoreUnderTest {
  public static let etcd = StoreUnderTest(
    testDescription: "etcdv3",
    openEmpty: {
      let rig = try await SharedEtcd.shared.rig()
      // A fault that has not struck yet is not for this test.
      rig.proxy.cut()
      try rig.server.clear()
      return try await EtcdDatastore.open(rig.options)
    },
    openAgain: { try await EtcdDatastore.open(SharedEtcd.shared.rig().options) },
    disturb: { fault in
      let rig = try await SharedEtcd.shared.rig()
      switch fault % 4 {
      case 0: rig.proxy.cut()
      case 1: rig.proxy.cut(afterBytes: Int.random(in: 1...2000))
      case 2: try await compact(rig)
      default:
        await rig.server.kill()
        try await rig.server.restart()
      }
    },
    spoil: { name in
      let place = "/calico/resources/v3/projectcalico.org/globalnetworksets/\(name)"
      try await SharedEtcd.shared.rig().server.put(place, "{")
    },
    plant: { key, change in
      let place = [
        "/calico/resources/v3/projectcalico.org", key.kind.plural, key.namespace, key.name,
      ].compactMap(\.self).joined(separator: "/")
      let server = try await SharedEtcd.shared.rig().server
      let stored = try JSON.parse(Array(try server.value(of: place).utf8))
      try server.put(place, JSON.encode(change(stored)))
    })

  /// Forgets all that was before now.
  private static func compact(_ rig: SharedEtcd.Rig) async throws {
    let store = try await EtcdDatastore.open(
      EtcdDatastore.Options(endpoints: [rig.server.endpoint]))
    let revision = try await store.list(.init(.tier)).revision
    // Nothing may have been written since the last time.
    _ = try? await store.compact(before: revision)
    await store.close()
  }
}

/// One real etcd for the suite, behind a proxy.
actor SharedEtcd {
  struct Rig: Sendable {
    var server: EtcdServer
    var proxy: TCPProxy

    var options: EtcdDatastore.Options {
      EtcdDatastore.Options(endpoints: ["http://127.0.0.1:\(proxy.port)"])
    }
  }

  static let shared = SharedEtcd()

  private var started: Task<Rig, any Error>?

  func rig() async throws -> Rig {
    if let started { return try await started.value }
    let task = Task { () throws -> Rig in
      let server = try await EtcdServer.start()
      return Rig(server: server, proxy: try TCPProxy(to: server.port))
    }
    started = task
    return try await task.value
  }
}
