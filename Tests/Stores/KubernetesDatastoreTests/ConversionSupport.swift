// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import KubernetesModel
import Resources
import SwiftProtobuf
import ValueTree

@testable import KubernetesDatastore

/// A message with the fields that a newer server would add, as it is after it went over the wire.
func received<M: SwiftProtobuf.Message>(_ message: M) throws -> M {
  // Fields 60 and 61, a varint and some bytes.
  let newer = Data([0xe0, 0x03, 0x07, 0xea, 0x03, 0x02, 0x01, 0x02])
  return try ProtobufForm.decode(M.self, try message.serializedData(partial: true) + newer)
}

func meta(
  _ name: String, _ namespace: String = "", labels: [String: String] = [:],
  annotations: [String: String] = [:]
) -> KubeObjectMeta {
  var meta = KubeObjectMeta()
  meta.name = name
  if !namespace.isEmpty { meta.namespace = namespace }
  meta.uid = "a18d4f2e-7c1f-4a8e-9d58-2f3b6a0c4e71"
  meta.resourceVersion = "42"
  meta.creationTimestamp.seconds = 1_795_696_496
  meta.labels = labels
  meta.annotations = annotations
  return meta
}

func selector(
  _ labels: [String: String] = [:], _ expressions: [(String, String, [String])] = []
) -> KubeLabelSelector {
  var selector = KubeLabelSelector()
  selector.matchLabels = labels
  selector.matchExpressions = expressions.map { key, word, values in
    var expression = KubeLabelSelectorRequirement()
    expression.key = key
    expression.`operator` = word
    expression.values = values
    return expression
  }
  return selector
}

func port(
  _ transport: String? = nil, number: Int32? = nil, name: String? = nil, end: Int32? = nil
) -> KubeNetworkPolicyPort {
  var port = KubeNetworkPolicyPort()
  if let transport { port.`protocol` = transport }
  if let number { port.port.intVal = number }
  if let name {
    port.port.type = 1
    port.port.strVal = name
  }
  if let end { port.endPort = end }
  return port
}

/// The spec in one line of JSON.
func spec(_ resource: any Resource) -> String { JSON.encode(resource.encode()["spec"] ?? .null) }
