// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

/// Reads the lists of a service or of its endpoints, and notes what cannot be read of them.
struct ServiceReader {
  private(set) var leftOut: [LeftOut] = []

  /// - Parameter family: nil for either.
  mutating func addresses(
    _ texts: [String], of family: IPFamily? = nil, at path: String
  ) -> [IPAddress] {
    var result: [IPAddress] = []
    // An empty one is none: of a load balancer that is known by its name.
    for (index, text) in texts.enumerated() where !text.isEmpty {
      if let address = IPAddress(text), family == nil || address.family == family {
        result.append(address)
      } else {
        let wanted = family.map { "IPv\($0.rawValue)" } ?? "IP"
        leftOut.append(
          LeftOut(
            "\(path)[\(index)]",
            "must be an \(wanted) address, is \(LeftOut.shown(text)): left out"))
      }
    }
    return result
  }

  mutating func ports(
    _ ports: [(name: String, transport: String, number: Int32?)], at path: String
  ) -> [ServicePort] {
    var result: [ServicePort] = []
    for (index, port) in ports.enumerated() {
      let known = ServicePort(name: port.name, transport: port.transport, number: port.number)
      if let known, known.transport.hasPorts {
        result.append(known)
      } else {
        let number = port.number.map(String.init) ?? "none"
        leftOut.append(
          LeftOut(
            "\(path)[\(index)]",
            "must have TCP, UDP or SCTP and a port from 1 to 65535, has "
              + "\(LeftOut.shown(port.transport)) and \(number): left out"))
      }
    }
    return result
  }
}
