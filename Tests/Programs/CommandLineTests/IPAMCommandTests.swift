// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import Testing

@Suite("calicoctl ipam")
struct IPAMCommandTests {
  let desk = Desk()

  /// A pool of two small blocks, the second of which is full, so that n1 borrows from n2.
  private func fill() async throws {
    var spec = IPPoolSpec(cidr: "10.1.0.0/29")
    spec.blockSize = 30
    try await desk.store(IPPool(name: "p", spec: spec))
    try await desk.withStore { store in
      let ipam = IPAMClient(store: store)
      func assign(_ ip: String, _ host: String, _ handle: String, _ attributes: [String: String])
        async throws
      {
        _ = try await ipam.assign(
          try #require(IPAddress(ip)), host: host, handle: handle, attributes: attributes)
      }
      try await assign("10.1.0.4", "n2", "h1", ["node": "n2", "pod": "a", "namespace": "web"])
      try await assign("10.1.0.5", "n1", "h2", ["node": "n1", "pod": "b", "namespace": "web"])
    }
  }

  @Test("show tells how full pools and blocks are")
  func show() async throws {
    try await fill()
    let rule = "+----------+-------------+-----------+------------+--------------+----------+"
    let heading = "| GROUPING |    CIDR     | IPS TOTAL | IPS IN USE | IPS RESERVED | IPS FREE |"
    let pool = "| IP Pool  | 10.1.0.0/29 |         8 | 2 (25%)    | 0 (0%)       | 6 (75%)  |"
    let block = "| Block    | 10.1.0.4/30 |         4 | 2 (50%)    | 0 (0%)       | 2 (50%)  |"
    #expect(await desk.run("ipam", "show").output == lines(rule, heading, rule, pool, rule))
    #expect(
      await desk.run("ipam", "show", "--show-blocks").output
        == lines(rule, heading, rule, pool, block, rule))
  }

  @Test("show tells what nodes borrow")
  func borrowed() async throws {
    #expect(
      await desk.run("ipam", "show", "--show-borrowed").output
        == "No borrowed IP addresses found.\n")
    try await fill()
    #expect(
      await desk.run("ipam", "show", "--show-borrowed").output
        == lines(
          "+----------+----------------+-------------+-------------+------+--------------+",
          "|    IP    | BORROWING-NODE |    BLOCK    | BLOCK OWNER | TYPE | ALLOCATED-TO |",
          "+----------+----------------+-------------+-------------+------+--------------+",
          "| 10.1.0.5 | n1             | 10.1.0.4/30 | n2          | pod  | web/b        |",
          "+----------+----------------+-------------+-------------+------+--------------+"))
  }

  @Test("show tells who has an address, and release takes it back")
  func address() async throws {
    try await fill()
    #expect(
      await desk.run("ipam", "show", "--ip", "10.1.0.5")
        == .init(
          output: lines(
            "IP 10.1.0.5 is in use", "Handle ID: h2", "Attributes:", "  namespace: web",
            "  node: n1", "  pod: b")))
    #expect(
      await desk.run("ipam", "release", "--ip=10.1.0.5")
        == .init(output: "Successfully released IP address 10.1.0.5\n"))
    #expect(
      await desk.run("ipam", "release", "--ip=10.1.0.5")
        == .init(code: 1, error: "IP address 10.1.0.5 is not assigned\n"))
    #expect(
      await desk.run("ipam", "show", "--ip=10.1.0.5")
        == .init(output: "10.1.0.5 is not assigned\n"))
    #expect(
      await desk.run("ipam", "release", "--ip=10.1.0.300")
        == .init(
          code: 1, error: "invalid IP address '10.1.0.300': must be an IPv4 or IPv6 address\n"))
  }

  @Test("show tells how IPAM is configured")
  func configuration() async throws {
    let input = """
      apiVersion: projectcalico.org/v3
      kind: IPAMConfiguration
      metadata: {name: default}
      spec: {strictAffinity: true, maxBlocksPerHost: 4}
      """
    #expect(await desk.run("apply", "-f", "-", input: input).code == 0)
    #expect(
      await desk.run("ipam", "show", "--show-configuration").output
        == lines(
          "+--------------------+-------+", "|      PROPERTY      | VALUE |",
          "+--------------------+-------+", "| StrictAffinity     | true  |",
          "| AutoAllocateBlocks | true  |", "| MaxBlocksPerHost   |     4 |",
          "| IPCooldownSeconds  |     0 |", "+--------------------+-------+"))
    #expect(await desk.run("ipam", "show", "--show-blocks", "--show-borrowed").code == 64)
  }

  @Test("check finds what is given out and not used, and what is used and not given out")
  func check() async throws {
    try await fill()
    var endpoint = WorkloadEndpoint(name: "n2-k8s-a-eth0", namespace: "web")
    endpoint.spec.ipNetworks = ["10.1.0.4/32", "10.1.0.6/32", "192.0.2.1/32", "192.0.2.2/32"]
    try await desk.store(endpoint)
    // About to go: nobody misses its addresses.
    var gone = IPAMHandle(name: "h3")
    gone.spec.handleID = "h3"
    gone.spec.deleted = true
    try await desk.store(gone)
    try await desk.withStore { store in
      _ = try await store.delete(ResourceKey(kind: .ipamHandle, name: "h1"), revision: nil)
    }
    #expect(
      await desk.run("ipam", "check", "--show-problem-ips")
        == .init(
          output: lines(
            "Checking IPAM for inconsistencies...", "", "Loading all IPAM blocks...",
            "Found 1 IPAM blocks.", "IPAM blocks record 2 allocations.", "",
            "Loading all IPAM pools...", "  10.1.0.0/29", "Found 1 IP pools.", "",
            "Loading all nodes.", "Found 0 node tunnel IPs.", "",
            "Loading all workload endpoints.", "Found 4 workload IPs.", "",
            "Scanning for IPs that are allocated but not actually in use...",
            "  10.1.0.5 held by h2",
            "Found 1 IPs that are allocated in IPAM but not actually in use.", "",
            "Scanning for IPs that are in use by a workload or node but not allocated in IPAM...",
            "  192.0.2.1", "  192.0.2.2", "Found 2 in-use IPs that are not in IP pools.", "",
            "  10.1.0.6",
            "Found 1 in-use IPs that are in IP pools but have no corresponding IPAM allocation.",
            "", "Scanning for IPAM handles with no matching IPs...",
            "Found 0 handles with no matching IPs.", "",
            "Scanning for IPs with missing handle...", "  h1",
            "Found 1 handles mentioned in blocks with no matching handle resource.", "",
            "Check complete; found 5 problems.")))
  }

  @Test("whatever a handle or an attribute is called, it begins no line of its own")
  func lineBreaks() async throws {
    var spec = IPPoolSpec(cidr: "10.1.0.0/29")
    spec.blockSize = 30
    try await desk.store(IPPool(name: "p", spec: spec))
    try await desk.withStore { store in
      _ = try await IPAMClient(store: store).assign(
        try #require(IPAddress("10.1.0.5")), host: "n1", handle: "h\nIP 10.9.9.9 is in use",
        attributes: ["a\nb": "c\nd\u{1b}[2J"])
    }
    #expect(
      await desk.run("ipam", "show", "--ip", "10.1.0.5").output
        == lines(
          "IP 10.1.0.5 is in use", #"Handle ID: h\nIP 10.9.9.9 is in use"#, "Attributes:",
          #"  a\nb: c\nd\u001b[2J"#))
    for flag in ["--show-all-ips", "--show-problem-ips"] {
      let check = await desk.run("ipam", "check", flag).output
      #expect(check.contains(#"  10.1.0.5 held by h\nIP 10.9.9.9 is in use"#), "\(check)")
      #expect(!check.split(separator: "\n").contains { $0.hasPrefix("IP 10") }, "\(check)")
    }
    let address = try #require(IPAddress("10.1.0.5"))
    let block = try #require(CIDR("10.1.0.0/30"))
    let errors: [IPAMError] = [
      .noPools(host: "a\nb"), .poolNotUsable("a\nb"), .alreadyAssigned(address, handle: "a\nb"),
      .blockOfAnotherHost(address, block: block, owner: "a\nb"),
      .badHandle(address, expected: "a\nb", found: "c\nd"), .invalidHandle("a\nb"),
      .invalidHost("a\nb"), .unknownHandle("a\nb"), .blockClaimed(block, owner: "a\nb"),
    ]
    for error in errors {
      #expect(!"\(error)".contains("\n") && "\(error)".contains(#"a\nb"#), "\(error)")
    }
  }
}
