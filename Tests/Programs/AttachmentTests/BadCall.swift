// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// A call that must be refused, with what must be said.
struct BadCall: Sendable {
  var name: String
  var command = "ADD"
  var changes: [Value.Member] = []
  var input: String?
  var variables: [String: String?] = [:]
  /// The version of the answer: the configuration's, where that can be read.
  var version: Value = "1.0.0"
  var code: Int64
  var message: String

  /// Wrong environment.
  static let environment: [BadCall] = [
    .init(
      name: "no command", variables: ["CNI_COMMAND": ""], code: 4,
      message: "required env variables [CNI_COMMAND] missing"),
    .init(
      name: "a command that there is not", command: "STATUS", code: 4,
      message: "CNI_COMMAND must be ADD, DEL, CHECK or VERSION, is 'STATUS'"),
    .init(
      name: "no container and no interface",
      variables: ["CNI_CONTAINERID": "", "CNI_IFNAME": nil as String?], code: 4,
      message: "required env variables [CNI_CONTAINERID,CNI_IFNAME] missing"),
    .init(
      name: "ADD without a network namespace", variables: ["CNI_NETNS": ""], code: 4,
      message: "required env variables [CNI_NETNS] missing"),
    .init(
      name: "a container's ID with a path", variables: ["CNI_CONTAINERID": "../../etc"], code: 4,
      message: "CNI_CONTAINERID must be 1 to 128 letters, digits, '.', '_' or '-', the first a "
        + "letter or digit, is '../../etc'"),
    .init(
      name: "a container's ID that is too long",
      variables: ["CNI_CONTAINERID": String(repeating: "a", count: 129)], code: 4,
      message: "CNI_CONTAINERID must be 1 to 128 letters, digits, '.', '_' or '-', the first a "
        + "letter or digit, is '\(String(repeating: "a", count: 80))…'"),
    .init(
      name: "an interface's name with a path", variables: ["CNI_IFNAME": "../eth0"], code: 4,
      message: "CNI_IFNAME must be 1 to 15 lower case letters, digits or '.', the ends no '.', is "
        + "'../eth0'"),
    .init(
      name: "an interface's name that is too long",
      variables: ["CNI_IFNAME": "eth0123456789abc"], code: 4,
      message: "CNI_IFNAME must be 1 to 15 lower case letters, digits or '.', the ends no '.', is "
        + "'eth0123456789abc'"),
    .init(
      name: "an interface's name with a line end", variables: ["CNI_IFNAME": "et\nh0"], code: 4,
      message: "CNI_IFNAME must be 1 to 15 lower case letters, digits or '.', the ends no '.', is "
        + "'et\\nh0'"),
    .init(
      name: "a name that the pod has an interface of", variables: ["CNI_IFNAME": "lo"], code: 4,
      message: "CNI_IFNAME: there is an interface lo in <netns> already"),
    .init(
      name: "a second interface where a pod has one endpoint",
      changes: [
        .init("datastore_type", "kubernetes"),
        .init("kubernetes", ["k8s_api_root": "https://127.0.0.1:1"]),
      ], variables: ["CNI_IFNAME": "net1"], code: 2,
      message: "CNI_IFNAME must be eth0 with the Kubernetes datastore, where a pod has one "
        + "endpoint, is 'net1'"),
    .init(
      name: "a relative path of a namespace", variables: ["CNI_NETNS": "run/netns/x"], code: 4,
      message: "CNI_NETNS must be an absolute path, is 'run/netns/x'"),
    .init(
      name: "a namespace that is gone", variables: ["CNI_NETNS": "/run/netns/catgone"], code: 3,
      message: "CNI_NETNS: open the network namespace /run/netns/catgone: open: No such file or "
        + "directory (errno 2)"),
    .init(
      name: "a namespace that is a file", variables: ["CNI_NETNS": "/etc/hostname"], code: 4,
      message: "CNI_NETNS: enter the network namespace /etc/hostname: setns: Invalid argument "
        + "(errno 22)"),
    .init(
      name: "a namespace of another kind", variables: ["CNI_NETNS": "/proc/self/ns/uts"], code: 4,
      message: "CNI_NETNS: enter the network namespace /proc/self/ns/uts: setns: Invalid argument "
        + "(errno 22)"),
    .init(
      name: "the host's own namespace", variables: ["CNI_NETNS": "/proc/self/ns/net"], code: 4,
      message: "CNI_NETNS: use the network namespace /proc/self/ns/net: it is the host's own"),
    .init(
      name: "arguments that are no pairs", variables: ["CNI_ARGS": "K8S_POD_NAME"], code: 4,
      message: "CNI_ARGS must be KEY=VALUE pairs separated by ';', has 'K8S_POD_NAME'"),
    .init(
      name: "an argument without a name", variables: ["CNI_ARGS": "K8S_POD_NAME=x;=web"], code: 4,
      message: "CNI_ARGS must be KEY=VALUE pairs separated by ';', has '=web'"),
    .init(
      name: "arguments without end",
      variables: ["CNI_ARGS": "A=" + String(repeating: "b", count: 5000)], code: 4,
      message: "CNI_ARGS must have at most 4096 bytes"),
    .init(
      name: "a pod's name with a path",
      variables: ["CNI_ARGS": "K8S_POD_NAME=../x;K8S_POD_NAMESPACE=web"], code: 4,
      message: "CNI_ARGS: K8S_POD_NAME '../x' cannot be a part of an endpoint's name: name must "
        + "consist of lower case alphanumeric characters, '-' or '.' (regex: "
        + "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)"),
    .init(
      name: "a pod's name that ends in a dash",
      variables: ["CNI_ARGS": "K8S_POD_NAME=x-;K8S_POD_NAMESPACE=web"], code: 4,
      message: "CNI_ARGS: K8S_POD_NAME 'x-' cannot be a part of an endpoint's name: it begins or "
        + "ends with '-'"),
    .init(
      name: "a namespace's name that is none",
      variables: ["CNI_ARGS": "K8S_POD_NAME=x;K8S_POD_NAMESPACE=a/b"], code: 4,
      message: "CNI_ARGS: K8S_POD_NAMESPACE 'a/b': must be a valid DNS label"),
    .init(
      name: "a folder that is no path", variables: ["CALICO_RUN_DIR": "run"], code: 4,
      message: "CALICO_RUN_DIR must be an absolute path, is 'run'"),
    .init(
      name: "a folder that cannot be made", variables: ["CALICO_RUN_DIR": "/proc/nowhere"],
      code: 5, message: "mkdir /proc/nowhere: No such file or directory"),
    .init(
      name: "a node that has not started", variables: ["CALICO_LIB_DIR": "/proc/nowhere"],
      code: 11,
      message: "stat /proc/nowhere/nodename: no such file or directory: check that the calico/node "
        + "container is running and has mounted /proc/nowhere/"),
  ]
}
