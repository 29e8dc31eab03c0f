// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

extension PodConversion {
  /// The limits that the annotations ask for; nil when they ask for none.
  static func qosControls(_ annotations: [String: String]) -> QoSControls? {
    var result = QoSControls()
    func number(_ name: String) -> Int? {
      annotations["qos.projectcalico.org/\(name)"].flatMap(Quantity.value)
    }
    result.ingressBandwidth =
      number("ingressBandwidth")
      ?? annotations["kubernetes.io/ingress-bandwidth"].flatMap(Quantity.value)
    result.egressBandwidth =
      number("egressBandwidth")
      ?? annotations["kubernetes.io/egress-bandwidth"].flatMap(Quantity.value)
    result.ingressBurst = number("ingressBurst")
    result.egressBurst = number("egressBurst")
    result.ingressPeakrate = number("ingressPeakrate")
    result.egressPeakrate = number("egressPeakrate")
    result.ingressMinburst = number("ingressMinburst")
    result.egressMinburst = number("egressMinburst")
    result.ingressPacketRate = number("ingressPacketRate")
    result.egressPacketRate = number("egressPacketRate")
    result.ingressPacketBurst = number("ingressPacketBurst")
    result.egressPacketBurst = number("egressPacketBurst")
    result.ingressMaxConnections = number("ingressMaxConnections")
    result.egressMaxConnections = number("egressMaxConnections")
    if let dscp = annotations["qos.projectcalico.org/dscp"], !dscp.isEmpty {
      result.dscp = Int64(dscp).map { .int($0) } ?? .string(dscp)
    }
    return result == QoSControls() ? nil : result
  }
}
