// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import KubernetesModel
import Resources

/// Calico's network policies made of those of Kubernetes (compatibility §1.7).
///
/// These only ever allow. So a peer or port that cannot be read allows nothing, and where it cannot
/// be read whom a policy is for, it is for every pod of its namespace and allows nothing. What was
/// left out is noted.
enum PolicyConversion {
  private static let tier = "default"
  private static let order = 1000.0
  private static let tierLabel = "projectcalico.org/tier"

  static func policy(of source: KubeNetworkPolicy) -> NetworkPolicy {
    let name = PolicyName.ofKubernetes + source.metadata.name
    var metadata = Metadata(source.metadata, name: name, namespace: source.metadata.namespace)
    metadata.uid = metadata.uid.map(ReversedUID.make)
    metadata.labels[tierLabel] = tier
    var policy = NetworkPolicy(metadata: metadata)
    policy.spec.tier = tier
    policy.spec.order = order
    var reader = PolicyReader()
    policy.spec.types = reader.types(source.spec)
    do throws(LabelSelectorText.Problem) {
      policy.spec.selector = try LabelSelectorText.pods(source.spec.podSelector)
      policy.spec.ingress = source.spec.ingress.enumerated().flatMap { index, rule in
        reader.rules(rule.from, "from", rule.ports, at: "spec.ingress[\(index)]") {
          peer, ports in
          Rule(
            .allow, transport: ports.transport, source: peer,
            destination: EntityRule(ports: ports.ports))
        }
      }
      policy.spec.egress = source.spec.egress.enumerated().flatMap { index, rule in
        reader.rules(rule.to, "to", rule.ports, at: "spec.egress[\(index)]") { peer, ports in
          var destination = peer
          destination.ports = ports.ports
          return Rule(.allow, transport: ports.transport, destination: destination)
        }
      }
    } catch {
      policy.spec.selector = LabelSelectorText.orchestrator
      reader.wrong(
        "spec.podSelector\(error.field)",
        "\(error.reason): the policy is for all pods of the namespace and allows nothing")
    }
    policy.metadata.annotations[LeftOut.annotation] = LeftOut.text(reader.leftOut)
    return policy
  }
}
