// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import Glibc
import ValueTree

/// Calls the plugin as a container runtime does, but in this process. The calling task must be on a
/// thread that is on the node.
struct Runtime {
  var storePath: String
  var libraryFolder: String
  var runFolder: String

  /// What a call is about.
  struct Call {
    var pod: PodInterface
    var container: String
    /// The path of the namespace; empty where DEL is told none.
    var namespace: String
    var labels: [String: String] = [:]
  }

  struct Answer {
    var status: Int32
    var value: Value?

    var message: String {
      let text = value?["msg"]?.string ?? ""
      return text + (value?["details"]?.string).map { " (\($0))" }.orEmpty
    }
    var hostInterface: String { value?["interfaces"]?.array?.first?["name"]?.string ?? "" }
    var mac: String { value?["interfaces"]?.array?.last?["mac"]?.string ?? "" }
    var addresses: [IPAddress] {
      (value?["ips"]?.array ?? []).compactMap { item in
        item["address"]?.string.flatMap { CIDR($0)?.first }
      }
    }
  }

  func call(_ command: String, _ call: Call) async -> Answer {
    let configuration: Value = [
      "cniVersion": "1.0.0", "name": "net1", "type": "calico", "datastore_type": "local",
      "datastore_path": .string(storePath), "ipam": ["type": "calico-ipam"],
      "policy_setup_timeout_seconds": 0, "log_level": "error",
      "args": [
        "labels": .object(
          call.labels.sorted { $0.key < $1.key }.map { Value.Member($0.key, .string($0.value)) })
      ],
    ]
    let plugin = Plugin(
      role: .network,
      environment: [
        "CNI_COMMAND": command, "CNI_CONTAINERID": call.container, "CNI_NETNS": call.namespace,
        "CNI_IFNAME": call.pod.interface, "CNI_PATH": "/nowhere",
        "CNI_ARGS": "IgnoreUnknown=1;K8S_POD_NAMESPACE=\(call.pod.namespace)"
          + ";K8S_POD_NAME=\(call.pod.name)",
        "CALICO_LIB_DIR": libraryFolder, "CALICO_RUN_DIR": runFolder,
      ])
    let silence = Silence()
    let output = await plugin.run { _ in Array(JSON.encode(configuration).utf8) }
    silence.end()
    return Answer(status: output.status, value: output.value)
  }
}

/// Which interface of which pod.
struct PodInterface: Hashable, Comparable, CustomStringConvertible {
  var namespace: String
  var name: String
  var interface: String

  var description: String {
    let short = name.utf8.count > 40 ? "\(name.prefix(12))…(\(name.utf8.count))" : name
    return "\(namespace)/\(short):\(interface)"
  }

  static func < (a: Self, b: Self) -> Bool {
    (a.namespace, a.name, a.interface) < (b.namespace, b.name, b.interface)
  }
}

/// Keeps what the plugin says to people on standard error from the test's own output.
private final class Silence {
  private let saved = dup(2)

  init() {
    let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
    dup2(nowhere, 2)
    close(nowhere)
  }

  func end() {
    dup2(saved, 2)
    close(saved)
  }
}

extension Optional where Wrapped == String {
  fileprivate var orEmpty: String { self ?? "" }
}
