// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

extension BadCall {
  private static func change(
    _ name: String, _ key: String, _ value: Value, _ code: Int64, _ message: String
  ) -> BadCall {
    BadCall(name: name, changes: [.init(key, value)], code: code, message: message)
  }

  /// Wrong configuration.
  static let configuration: [BadCall] = [
    .init(
      name: "nothing on standard input", input: "", code: 6,
      message: "the network configuration is no JSON: stdin:1:1: <reason>"),
    .init(
      name: "half a configuration", input: #"{"cniVersion": "1.0.0", "name": "#, code: 6,
      message: "the network configuration is no JSON: stdin:1:33: <reason>"),
    .init(
      name: "a list", input: "[]", code: 6,
      message: "the network configuration must be a map, is a list"),
    .init(
      name: "a configuration without end",
      input: "{\"x\": \"" + String(repeating: "x", count: 1 << 20) + "\"}", code: 6,
      message: "the network configuration is larger than 1048576 bytes"),
    change(
      "a version that there is not", "cniVersion", "0.9.0", 1,
      "incompatible CNI versions: the configuration has '0.9.0', the plugin supports 0.1.0, 0.2.0, "
        + "0.3.0, 0.3.1, 0.4.0, 1.0.0"),
    change(
      "a network without a name", "name", .null, 7,
      "name must be 1 to 108 letters, digits, '.', '_' or '-', the first a letter or digit, is ''"),
    change(
      "a network with a path", "name", "../net", 7,
      "name must be 1 to 108 letters, digits, '.', '_' or '-', the first a letter or digit, is "
        + "'../net'"),
    change(
      "no IPAM", "ipam", .null, 7,
      "ipam.type is required: calico-ipam, host-local or another plugin"),
    change(
      "IPAM that is no map", "ipam", "calico-ipam", 7,
      "ipam must be a map, is \"calico-ipam\""),
    change(
      "an IPAM plugin with a path", "ipam", ["type": "../../bin/sh"], 7,
      "ipam.type must be the name of a plugin, is '../../bin/sh'"),
    change(
      "an IPAM plugin that there is not", "ipam", ["type": "nowhere"], 4,
      "CNI_PATH: there is no IPAM plugin 'nowhere' in '<bin>'"),
    change(
      "pod CIDRs", "ipam", ["type": "host-local", "subnet": "usePodCidr"], 2,
      "unsupported field in the network configuration: ipam.subnet = usePodCidr: nodes have pod "
        + "CIDRs only in Kubernetes"),
    change(
      "no family", "ipam", ["type": "calico-ipam", "assign_ipv4": "false"], 7,
      "ipam.assign_ipv4 and ipam.assign_ipv6 are both false: a pod needs an address"),
    change(
      "a family that is neither", "ipam", ["type": "calico-ipam", "assign_ipv4": "yes"], 7,
      "ipam.assign_ipv4 must be true or false, is \"yes\""),
    change(
      "pools that are no list", "ipam", ["type": "calico-ipam", "ipv4_pools": "10.0.0.0/8"], 7,
      "ipam.ipv4_pools must be a list of at most 64 strings, is \"10.0.0.0/8\""),
    change(
      "a pool that there is not", "ipam", ["type": "calico-ipam", "ipv4_pools": ["10.9.0.0/16"]], 7,
      "the given pool (10.9.0.0/16) does not exist, or is not enabled"),
    change(
      "a family without a pool", "ipam", ["type": "calico-ipam", "assign_ipv6": true], 101,
      "no configured Calico pools for host:node-1"),
    change(
      "an MTU that is text", "mtu", "1500", 7,
      "mtu must be a number from 0 to 65535, is \"1500\""),
    change(
      "an MTU that is too large", "mtu", 65536, 7,
      "mtu must be a number from 0 to 65535, is 65536"),
    change(
      "an MTU that the kernel refuses", "mtu", 20, 100, "create veth link cali<name>: <reason>"),
    change(
      "too many queues", "num_queues", 5000, 7,
      "num_queues must be a number from 0 to 4096, is 5000"),
    change(
      "a level that there is not", "log_level", "loud", 7,
      "log_level must be debug, info, warning or error, is 'loud'"),
    change(
      "a log that is no path", "log_file_path", "x.log", 7,
      "log_file_path must be an absolute path, is \"x.log\""),
    change(
      "a node's name that is none", "nodename", "Node 1", 7,
      "nodename: a node's name must be at most 253 lower case letters, digits, '-' or '.', is "
        + "'Node 1'"),
    change(
      "labels that are no texts", "args", ["labels": ["a": 1]], 7,
      "args.labels.a must be a string, is 1"),
    change(
      "a label that is none", "args", ["labels": ["a b": "c"]], 7,
      "args: metadata.labels[\"a b\"]: <reason>"),
    change(
      "ports that are no list", "args", ["ports": "80"], 7,
      "args.ports must be a list of at most 1024 ports"),
    change(
      "a port that is none", "args",
      ["ports": [["name": "http", "protocol": "TCP", "port": 70000]]], 7,
      "args.ports[0]: port: <reason>"),
    change(
      "another kind of device", "device_type", "netkit", 2,
      "unsupported field in the network configuration: device_type = netkit"),
    change(
      "no default routes", "include_default_routes", false, 2,
      "unsupported field in the network configuration: include_default_routes = false"),
    change(
      "gates", "readiness_gates", ["http://localhost:9099"], 2,
      "unsupported field in the network configuration: readiness_gates = "
        + "[\"http://localhost:9099\"]"),
    change(
      "forwarding that is neither", "container_settings", ["allow_ip_forwarding": 1], 7,
      "container_settings.allow_ip_forwarding must be true or false, is 1"),
    change(
      "a wait without end", "policy_setup_timeout_seconds", 99999, 7,
      "policy_setup_timeout_seconds must be a number from 0 to 3600, is 99999"),
    change(
      "a datastore that there is not", "datastore_type", "consul", 7,
      "datastore_type must be one of local, etcdv3, kubernetes, is 'consul'"),
    change(
      "a datastore that is gone", "datastore_path", "/proc/nowhere/db", 11,
      "the datastore /proc/nowhere/db: No such file or directory: check that the calico/node "
        + "container is running and that datastore_path is right"),
    change(
      "a datastore that is none", "datastore_path", "/etc/hostname", 103,
      "cannot open <reason>"),
    .init(
      name: "CHECK in a version without it", command: "CHECK",
      changes: [.init("cniVersion", "0.3.1")], version: "0.3.1", code: 1,
      message: "CHECK needs cniVersion 0.4.0 or later, the configuration has 0.3.1"),
    .init(
      name: "CHECK without the result of ADD", command: "CHECK", code: 7,
      message: "prevResult is required"),
  ]
}
