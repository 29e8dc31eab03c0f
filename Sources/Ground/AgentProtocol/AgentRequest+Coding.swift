// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension AgentRequest {
  private enum Code {
    static let attached: UInt8 = 1
    static let detached: UInt8 = 2
    static let status: UInt8 = 3
  }

  /// The message with its length before it.
  func frame() throws(AgentProtocolError) -> [UInt8] {
    let (kind, endpoint): (UInt8, AttachedEndpoint?) =
      switch self {
      case .attached(let endpoint): (Code.attached, endpoint)
      case .detached(let endpoint): (Code.detached, endpoint)
      case .status: (Code.status, nil)
      }
    var writer = MessageWriter(kind: kind)
    if let endpoint {
      try writer.put(endpoint.node)
      try writer.put(endpoint.namespace)
      try writer.put(endpoint.name)
      try writer.put(endpoint.interfaceName)
      try writer.put(endpoint.containerID)
    }
    return try Frame.wrap(writer.body)
  }

  init(body: [UInt8]) throws(AgentProtocolError) {
    var reader = try MessageReader(body)
    switch reader.kind {
    case Code.attached: self = .attached(try Self.endpoint(&reader))
    case Code.detached: self = .detached(try Self.endpoint(&reader))
    case Code.status: self = .status
    default: throw AgentProtocolError("request \(reader.kind) is not known")
    }
    try reader.finish()
  }

  private static func endpoint(
    _ reader: inout MessageReader
  ) throws(AgentProtocolError) -> AttachedEndpoint {
    let node = try reader.string()
    let namespace = try reader.string()
    let name = try reader.string()
    let interfaceName = try reader.string()
    let containerID = try reader.string()
    return AttachedEndpoint(
      node: node, namespace: namespace, name: name, interfaceName: interfaceName,
      containerID: containerID)
  }
}
