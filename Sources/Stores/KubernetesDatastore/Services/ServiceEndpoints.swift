// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import KubernetesModel
public import Resources

/// Some of the endpoints behind a service, of one family: an EndpointSlice of Kubernetes.
///
/// A service has any number of them; together they are all of its endpoints. An endpoint may be in
/// two of them for a while, when it moves from one to the other.
public struct ServiceEndpoints: Sendable, Hashable {
  /// The label that says whose endpoints these are.
  static let serviceLabel = "kubernetes.io/service-name"

  public var namespace: String
  /// Of the slice, not of the service.
  public var name: String
  /// Nil for those that belong to none.
  public var service: String?
  public var addressType: AddressType
  public var endpoints: [Endpoint]
  /// Of each of the endpoints.
  public var ports: [ServicePort]
  /// What of it cannot be read.
  public var leftOut: [LeftOut]

  public enum AddressType: Sendable, Hashable {
    case ipv4
    case ipv6
    /// Names, which are no business of Calico's: the endpoints have no addresses then.
    case names
    /// One of a newer version of Kubernetes.
    case unknown(String)

    init(_ text: String) {
      self =
        switch text {
        case "IPv4": .ipv4
        case "IPv6": .ipv6
        case "FQDN": .names
        default: .unknown(text)
        }
    }
  }

  public struct Endpoint: Sendable, Hashable {
    /// All of one and the same thing; the first is the one to use.
    public var addresses: [IPAddress]
    /// Whether it takes new connections.
    public var isReady: Bool
    /// Whether it answers, even if it is about to end.
    public var isServing: Bool
    public var isTerminating: Bool
    public var node: String?
    /// The pod that it is, which is in the same namespace.
    public var pod: String?
  }

  /// - Parameter source: of either version of the API, whose fields have the same numbers.
  init(_ source: KubeEndpointSlice) {
    namespace = source.metadata.namespace
    name = source.metadata.name
    service = source.metadata.labels[Self.serviceLabel].flatMap { $0.isEmpty ? nil : $0 }
    addressType = AddressType(source.addressType)
    let family: IPFamily? =
      switch addressType {
      case .ipv4: .v4
      case .ipv6: .v6
      default: nil
      }
    var reader = ServiceReader()
    endpoints = source.endpoints.enumerated().map { index, endpoint in
      // Names are no addresses, and those of another family are of another slice.
      let texts = family == nil ? [] : endpoint.addresses
      let addresses = reader.addresses(texts, of: family, at: "endpoints[\(index)].addresses")
      return Endpoint(endpoint, addresses)
    }
    ports = reader.ports(
      source.ports.map { ($0.name, $0.`protocol`, $0.hasPort ? $0.port : nil) }, at: "ports")
    leftOut = reader.leftOut
  }
}

extension ServiceEndpoints.Endpoint {
  fileprivate init(_ source: KubeEndpoint, _ addresses: [IPAddress]) {
    self.addresses = addresses
    // What is not known counts as ready; what does not say whether it serves does if it is ready.
    isReady = source.conditions.hasReady ? source.conditions.ready : true
    isServing = source.conditions.hasServing ? source.conditions.serving : isReady
    isTerminating = source.conditions.terminating
    // The first version has it in the topology, or in both.
    let name =
      source.nodeName.isEmpty ? source.topology["kubernetes.io/hostname"] : source.nodeName
    node = name.flatMap { $0.isEmpty ? nil : $0 }
    let isPod = source.targetRef.kind == "Pod" && !source.targetRef.name.isEmpty
    pod = isPod ? source.targetRef.name : nil
  }
}
