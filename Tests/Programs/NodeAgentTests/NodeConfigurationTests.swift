// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import NetworkEngine
import NodeAgent
import Resources
import Testing

@Suite("What the environment says about a node")
struct NodeConfigurationTests {
  private func read(_ environment: [String: String]) throws -> NodeConfiguration {
    try NodeConfiguration(environment: environment, hostName: "Host")
  }

  @Test("has defaults for everything, and empty values are none")
  func defaults() throws {
    let variables = [
      "NODENAME", "HOSTNAME", "IP", "IP6", "IP_AUTODETECTION_METHOD", "IP6_AUTODETECTION_METHOD",
      "AS", "DISABLE_NODE_IP_CHECK", "NO_DEFAULT_POOLS", "WAIT_FOR_DATASTORE", "CLUSTER_TYPE",
      "CALICO_NETWORKING_BACKEND", "CALICO_ROUTER_ID", "CALICO_RUN_DIR", "CALICO_LIB_DIR",
      "CALICO_NODENAME_FILE", "CALICO_BIRD", "FELIX_CONFIGFILE", "AUTODETECT_POLL_INTERVAL",
    ]
    for environment in [[:], Dictionary(uniqueKeysWithValues: variables.map { ($0, "") })] {
      let configuration = try read(environment)
      #expect(configuration.nodeName == "host")
      #expect(configuration.ipv4 == .keep)
      #expect(configuration.ipv6 == .none)
      #expect(configuration.routerID == .nodeAddress)
      #expect(configuration.backend == .bird)
      #expect(configuration.nodeNameFile == "/var/lib/calico/nodename")
      #expect(configuration.ipv4Pool.resource?.spec.cidr == "192.168.0.0/16")
      #expect(configuration.ipv6Pool.resource == nil)
      #expect(configuration.warnings.isEmpty)
    }
  }

  /// Variable, value, and a word of what is allowed.
  static let fatal: [(String, String, String)] =
    ["-a", "a_b", "a b", "n\"1", "n\n1", "größe", "A", "a.", String(repeating: "a", count: 254)]
    .map { ("NODENAME", $0, "lower case letters") }
    + ["a_b", "-"].map { ("HOSTNAME", $0, "set NODENAME") }
    + [
      "10.0.0", "10.0.0.256", "10.0.0.1/33", "fd00::1", "0.0.0.0", "127.0.0.1", "224.0.0.1",
      "255.255.255.255", "auto", " 10.0.0.1",
    ].map { ("IP", $0, "IPv4 address") }
    + ["10.0.0.1", "fd00::g", "fd00::1/129", "::", "::1", "ff02::1", "fe80::1", "::ffff:1.2.3.4"]
    .map { ("IP6", $0, "IPv6 address") }
    + ["x", "0", "0.0", "-1", "4294967296", "1.65536", "1.2.3", "6 5"].map {
      ("AS", $0, "4294967295")
    }
    + [
      "first", "interface=", "cidr=", "can-reach=", "first-found=eth0", "kubernetes-internal-ip",
    ].map { ("IP_AUTODETECTION_METHOD", $0, "first-found") }
    + ["interface=(", "skip-interface=eth,[a"].map {
      ("IP_AUTODETECTION_METHOD", $0, "regular expressions")
    }
    + ["cidr=10.0.0.0/33", "cidr=10.0.0.0/8,x"].map {
      ("IP_AUTODETECTION_METHOD", $0, "is not a CIDR")
    }
    + ["vxlan", "BIRD", "gobgp"].map { ("CALICO_NETWORKING_BACKEND", $0, "bird or none") }
    + ["DISABLE_NODE_IP_CHECK", "NO_DEFAULT_POOLS", "WAIT_FOR_DATASTORE"].flatMap { name in
      ["perhaps", "2", "tru", "true "].map { (name, $0, "true or false") }
    }
    + ["CALICO_RUN_DIR", "CALICO_LIB_DIR", "CALICO_NODENAME_FILE", "FELIX_CONFIGFILE"].flatMap {
      name in ["relative", "./a", "/a\"b", "/a\nb"].map { (name, $0, "an absolute path") }
    }
    + [("CALICO_RUN_DIR", "/" + String(repeating: "d", count: 100), "at most 9")]
    + ["x", "10.0.0.0/33", "fd00::/64"].map { ("CALICO_IPV4POOL_CIDR", $0, "an IPv4 CIDR or none") }
    + ["x", "10.0.0.0/8"].map { ("CALICO_IPV6POOL_CIDR", $0, "an IPv6 CIDR or none") }
    + ["19", "33", "x", "2 6"].map { ("CALICO_IPV4POOL_BLOCK_SIZE", $0, "20 to 32") }
    + ["115", "129"].map { ("CALICO_IPV6POOL_BLOCK_SIZE", $0, "116 to 128") }
    + ["CALICO_IPV4POOL_IPIP", "CALICO_IPV4POOL_VXLAN", "CALICO_IPV6POOL_VXLAN"].flatMap { name in
      ["sometimes", "cross", "true"].map { (name, $0, "Always, CrossSubnet or Never") }
    }
    + ["IPV4POOL_NAT_OUTGOING", "IPV6POOL_NAT_OUTGOING", "IPV4POOL_DISABLE_BGP_EXPORT"].map {
      ("CALICO_\($0)", "on", "true or false")
    }

  @Test("is refused when a value must not be guessed, naming variable, value and what is allowed")
  func badValues() throws {
    for (name, value, allowed) in Self.fatal {
      var others = ["NODENAME": "n1"]
      if name == "HOSTNAME" { others = [:] }
      let environment = others.merging([name: value]) { $1 }
      #expect("\(name) = \(value)") {
        _ = try read(environment)
      } throws: { error in
        guard "\(error)".contains("\(name) = "), "\(error)".contains(allowed),
          case .badValue(name, let shown, _) = error as? StartupError
        else { return false }
        return shown == (name == "HOSTNAME" ? value.lowercased() : value)
      }
    }
  }

  @Test(
    "is refused when values contradict each other",
    arguments: [
      ["CALICO_IPV4POOL_CIDR": "10.0.0.0/28"],
      ["CALICO_IPV4POOL_NODE_SELECTOR": "rack =="],
      ["CALICO_IPV4POOL_IPIP": "Always", "CALICO_IPV4POOL_VXLAN": "Always"],
      ["CALICO_IPV6POOL_CIDR": "fd00::/124"],
    ])
  func contradictions(_ values: [String: String]) throws {
    let family = values.keys.contains { $0.contains("V6") } ? 6 : 4
    #expect {
      _ = try read(values)
    } throws: { error in
      "\(error)".hasPrefix("CALICO_IPV\(family)POOL_… are not valid together: ")
    }
    // Where no pool is made, it is only said.
    let careful = try read(values.merging(["NO_DEFAULT_POOLS": "true"]) { $1 })
    #expect(careful.warnings.count == 1)
    #expect(careful.warnings.first?.hasSuffix("no pool is created") == true)
  }

  @Test(
    "goes on with the node's address for a router ID that is none, and says so",
    arguments: ["nonsense", "0.0.0.0", "fd00::1", "10.0.0.1/24", "1", "HASH", "10.0.0.1\n"])
  func routerID(_ text: String) throws {
    let configuration = try read(["CALICO_ROUTER_ID": text])
    #expect(configuration.routerID == .nodeAddress)
    #expect(
      configuration.warnings == [
        "CALICO_ROUTER_ID = '\(text)' is not valid: allowed is an IPv4 address other than 0.0.0.0, "
          + "or hash; using the node's IPv4 address, or hash where it has none"
      ])
  }

  @Test("takes what is right, whatever its spelling")
  func goodValues() throws {
    let fixed = try #require(IPAddress("192.0.2.1"))
    #expect(try read(["CALICO_ROUTER_ID": "hash"]).routerID == .hash)
    #expect(try read(["CALICO_ROUTER_ID": "192.0.2.1"]).routerID == .fixed(fixed))
    #expect(try read(["AS": "1.2"]).asNumber == 65538)
    #expect(try read(["CLUSTER_TYPE": " k8s, ,bgp "]).clusterTypes == ["k8s", "bgp"])
    #expect(try read(["CALICO_RUN_DIR": "/run/calico/"]).runDirectory == "/run/calico")
    #expect(try read(["CALICO_IPV4POOL_CIDR": "none"]).ipv4Pool.resource == nil)
    #expect(try read(["CALICO_IPV4POOL_IPIP": "cross-subnet"]).ipv4Pool.ipipMode == .crossSubnet)
    for text in ["TRUE", "y", "1"] {
      #expect(try !read(["NO_DEFAULT_POOLS": text]).createsDefaultPools)
    }
  }

  @Test("says what is set and does nothing")
  func unused() throws {
    #expect(
      try read(["CALICO_K8S_NODE_REF": "n", "AUTODETECT_POLL_INTERVAL": "never"]).warnings == [
        "AUTODETECT_POLL_INTERVAL is set and has no effect in this version",
        "CALICO_K8S_NODE_REF is set and has no effect in this version",
      ])
    let fixed = try read(["IP": "10.0.0.1", "IP_AUTODETECTION_METHOD": "magic"])
    #expect(fixed.warnings.count == 1)
    #expect(fixed.warnings.first?.contains("IP_AUTODETECTION_METHOD = 'magic'") == true)
    let masked = try read(["CALICO_IPV4POOL_CIDR": "10.1.2.3/16"])
    #expect(masked.ipv4Pool.resource?.spec.cidr == "10.1.0.0/16")
    #expect(
      masked.warnings == [
        "CALICO_IPV4POOL_CIDR = '10.1.2.3/16' names an address inside a network: using 10.1.0.0/16"
      ])
  }
}
