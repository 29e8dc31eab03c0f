// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

extension PodConversion {
  /// The limits that the annotations ask for; nil when they ask for none.
  static func qosControls(
    _ annotations: [String: String], _ leftOut: inout [LeftOut]
  ) -> QoSControls? {
    var reader = QoSReader(annotations: annotations)
    let ingress = reader.limits("ingress")
    let egress = reader.limits("egress")
    var result = QoSControls()
    result.ingressBandwidth = ingress.bandwidth
    result.ingressBurst = ingress.burst
    result.ingressPeakrate = ingress.peakRate
    result.ingressMinburst = ingress.minBurst
    result.ingressPacketRate = ingress.packetRate
    result.ingressPacketBurst = ingress.packetBurst
    result.ingressMaxConnections = ingress.connections
    result.egressBandwidth = egress.bandwidth
    result.egressBurst = egress.burst
    result.egressPeakrate = egress.peakRate
    result.egressMinburst = egress.minBurst
    result.egressPacketRate = egress.packetRate
    result.egressPacketBurst = egress.packetBurst
    result.egressMaxConnections = egress.connections
    result.dscp = reader.dscp()
    leftOut += reader.leftOut
    return result == QoSControls() ? nil : result
  }
}

/// Reads the annotations that limit a pod's traffic. What is outside of the bounds is moved to the
/// nearer one, and what means nothing without another limit is left out; both are said.
private struct QoSReader {
  struct Limits {
    var bandwidth, burst, peakRate, minBurst, packetRate, packetBurst, connections: Int?
  }

  private static let prefix = "qos.projectcalico.org/"
  private static let bandwidths = 1000...1_000_000_000_000_000
  private static let peakRates = 1010...1_010_000_000_000_000
  private static let bursts = 1000...34_359_738_360
  private static let minBursts = 1000...100_000_000
  private static let packets = 1...10_000
  private static let connections = 1...4_294_967_295
  /// Of a bandwidth without a burst: 4Gi.
  private static let defaultBurst = 4_294_967_296

  let annotations: [String: String]
  var leftOut: [LeftOut] = []

  /// - Parameter way: "ingress" or "egress".
  mutating func limits(_ way: String) -> Limits {
    var result = Limits()
    result.bandwidth =
      number("\(Self.prefix)\(way)Bandwidth", Self.bandwidths)
      ?? number("kubernetes.io/\(way)-bandwidth", Self.bandwidths)
    let burst = "\(Self.prefix)\(way)Burst"
    result.burst = number(burst, Self.bursts)
    let peakRate = "\(Self.prefix)\(way)Peakrate"
    result.peakRate = number(peakRate, Self.peakRates)
    if let bandwidth = result.bandwidth {
      result.burst = result.burst ?? Self.defaultBurst
      if let peak = result.peakRate, peak <= bandwidth {
        drop(&result.peakRate, peakRate, "must be above the bandwidth, \(bandwidth)")
      }
    } else {
      drop(&result.burst, burst, "a burst means nothing without a bandwidth")
      drop(&result.peakRate, peakRate, "a peak rate means nothing without a bandwidth")
    }
    let minBurst = "\(Self.prefix)\(way)Minburst"
    result.minBurst = number(minBurst, Self.minBursts)
    if result.peakRate == nil {
      drop(&result.minBurst, minBurst, "a minimum burst means nothing without a peak rate")
    }
    result.packetRate = number("\(Self.prefix)\(way)PacketRate", Self.packets)
    let packetBurst = "\(Self.prefix)\(way)PacketBurst"
    result.packetBurst = number(packetBurst, Self.packets)
    if result.packetRate == nil {
      drop(&result.packetBurst, packetBurst, "a packet burst means nothing without a packet rate")
    }
    result.connections = number("\(Self.prefix)\(way)MaxConnections", Self.connections)
    return result
  }

  /// The mark: a number of six bits, or a name, in capitals.
  mutating func dscp() -> DSCPMark? {
    let key = "\(Self.prefix)dscp"
    guard let text = annotations[key], !text.isEmpty else { return nil }
    if let number = Int(text), (0...63).contains(number) { return .number(number) }
    let name = text.uppercased()
    if DSCPMark.names.contains(name) { return .text(name) }
    say(
      key,
      "must be a number from 0 to 63 or one of \(DSCPMark.names.joined(separator: ", ")), is "
        + "\(LeftOut.shown(text)): left out")
    return nil
  }

  private mutating func number(_ key: String, _ bounds: ClosedRange<Int>) -> Int? {
    guard let text = annotations[key] else { return nil }
    guard let value = Quantity.value(text) else {
      say(key, "must be a quantity such as 1500 or 10M, is \(LeftOut.shown(text)): left out")
      return nil
    }
    if bounds.contains(value) { return value }
    let used = value < bounds.lowerBound ? bounds.lowerBound : bounds.upperBound
    say(
      key,
      "must be from \(bounds.lowerBound) to \(bounds.upperBound), is \(LeftOut.shown(text)): "
        + "\(used) is used")
    return used
  }

  private mutating func drop(_ limit: inout Int?, _ key: String, _ reason: String) {
    guard limit != nil else { return }
    limit = nil
    say(key, "\(reason): left out")
  }

  private mutating func say(_ key: String, _ reason: String) {
    leftOut.append(LeftOut("metadata.annotations[\(key)]", reason))
  }
}
