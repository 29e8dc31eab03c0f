// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree
import Addressing

extension Check where T == String {
  /// A name of a port.
  static var portName: Check {
    Check(schema: [.init("pattern", "^[a-zA-Z0-9_.-]{1,128}$")]) {
      NameRules.isPortName($0)
        ? nil : "must be 1 to 128 letters, digits, '_', '.' or '-'"
    }
  }

  /// A name of a port, or nothing.
  static var portNameOrNone: Check { portName.unlessEmpty }

  /// A name of an interface, or nothing, or also `*` for all interfaces.
  static func interfaceName(orAll: Bool) -> Check {
    Check { name in
      if name.isEmpty || NameRules.isInterfaceName(name) || (orAll && name == "*") { return nil }
      let all = orAll ? ", or *" : ""
      return "must be 1 to 15 letters, digits, '_', '.' or '-'\(all)"
    }
  }
}

extension Check where T == ProtocolMatch {
  /// A protocol whose packets have ports.
  static var hasPorts: Check {
    Check {
      $0.ipProtocol?.hasPorts == true
        ? nil : "EndpointPort protocol does not support ports: must be TCP, UDP or SCTP"
    }
  }
}

extension Check where T == String {
  /// How much is logged.
  static var logSeverity: Check {
    .word("Trace", "Debug", "Info", "Warning", "Error", "Fatal")
  }

  /// How much BIRD logs: a word in just these letters. Stored ones may differ in case.
  static var bgpLogSeverity: Check {
    let words = ["Debug", "Info", "Warning", "Error", "Fatal"]
    return logSeverity.and(
      Check(
        strict: [.init("pattern", .string("^(\(words.joined(separator: "|")))$"))],
        whenWritten: {
          words.contains($0) ? nil : "must be one of \(words.joined(separator: ", "))"
        }))
  }

  /// Which routes of the cluster a program looks after.
  static var clusterRoutes: Check {
    .exactWord("Disabled", "Enabled", "EnabledIPIPOnly", "EnabledNoEncapOnly")
  }
}

extension Check where T == Int {
  /// A metric of the kernel's routes.
  static var routePriority: Check { .range(1...2_147_483_646) }
}
