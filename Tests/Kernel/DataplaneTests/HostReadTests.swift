// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PacketLab
import Synchronization
import Telemetry
import Testing

@testable import Dataplane

@Suite("When the host's own network cannot be read", .serialized, .needsRoot)
struct HostReadTests {
  /// Fails as often as it is told to.
  private final class Reader: Sendable {
    private let failing = Mutex(false)

    func fail(_ isFailing: Bool) { failing.withLock { $0 = isFailing } }

    func read(
      _ sockets: RouteSocket, _ prefixes: [String]
    ) throws(NetlinkError) -> OwnNetwork {
      if failing.withLock({ $0 }) { throw NetlinkError("list routes", .unsettled(attempts: 5)) }
      return try DataplaneContext.readHost(sockets, prefixes)
    }
  }

  @Test(
    "nothing is programmed before it was; later what was read last counts, and it is tried again")
  func failing() async throws {
    let scene = try await Scene()
    let reader = Reader()
    let dataplane = try Dataplane(
      configuration: DataplaneConfiguration(), namespace: scene.namespace,
      metrics: MetricsRegistry(), log: Scene.quiet
    ) { (sockets, prefixes) throws(NetlinkError) in try reader.read(sockets, prefixes) }
    reader.fail(true)
    for _ in 0..<2 {
      await #expect(throws: HostNetworkError.self) { try await dataplane.start() }
    }
    let table = TableWriter(try NFTablesSocket(in: scene.namespace))
    #expect(try !table.isThere())
    let routes = try RouteSocket(in: scene.namespace)
    func isRouted() throws -> Bool {
      try routes.routes(RouteFilter(table: RouteTable.main)).contains {
        $0.destination.address == Scene.db.ipv4
      }
    }

    reader.fail(false)
    try await dataplane.start()
    reader.fail(true)
    // What the start has read counts: the gateway of the node is nobody's.
    let gateway = try #require(
      try routes.addresses().first {
        $0.address.address.family == .v4 && $0.scope != .host && !$0.address.address.isLinkLocal
      })
    var status = await dataplane.apply(
      Scene.changes + [
        .endpoint(
          Scene.guest.key,
          DesiredEndpoint(
            interfaceName: Scene.guest.interface, ipv4Nets: [CIDR(host: gateway.address.address)],
            profiles: [Scene.open]))
      ])
    #expect(try isRouted())
    #expect(status.refused[Scene.guest.key]?.contains("is the host's own") == true)
    #expect(status.hostProblem?.hasPrefix("cannot be read, what was read last counts: ") == true)
    #expect(await dataplane.retry().hostProblem != nil)
    reader.fail(false)
    status = await dataplane.retry()
    #expect(status.hostProblem == nil && status.retryable.isEmpty)
    _ = await dataplane.apply([Scene.endpoint(Scene.guest)])
    #expect(try await scene.arrive([Scene.udp(Scene.web, Scene.guest)]) == [true])
  }
}
