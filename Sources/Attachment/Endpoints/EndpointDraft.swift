// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

/// What ADD stores of a pod.
struct EndpointDraft {
  let workload: Workload
  /// From the configuration.
  let labels: [String: String]
  let ports: [WorkloadEndpointPort]
  var addresses: [IPAddress] = []
  var mac: MACAddress?

  /// The endpoint, as an update of the stored one where there is one.
  ///
  /// Labels belong to operators once they are stored: a repeated ADD of the same container leaves
  /// all of them as they are, also missing ones, and a new container of the pod adds only those
  /// that are missing. Annotations and what this version does not know stay too.
  func endpoint(over stored: WorkloadEndpoint?) -> WorkloadEndpoint {
    var endpoint =
      stored ?? WorkloadEndpoint(name: workload.endpointName, namespace: workload.namespace)
    if stored?.spec.containerID != workload.containerID {
      endpoint.metadata.labels.merge(labels) { present, _ in present }
      endpoint.spec.ports = ports
    }
    endpoint.metadata.labels["projectcalico.org/namespace"] = workload.namespace
    endpoint.metadata.labels["projectcalico.org/orchestrator"] = "k8s"
    endpoint.spec.orchestrator = "k8s"
    endpoint.spec.node = workload.node
    endpoint.spec.pod = workload.pod
    endpoint.spec.endpoint = workload.endpoint
    endpoint.spec.containerID = workload.containerID
    endpoint.spec.interfaceName = workload.interfaceName
    endpoint.spec.ipNetworks = addresses.map { CIDR(host: $0).description }
    endpoint.spec.mac = mac?.description ?? ""
    if !endpoint.spec.profiles.contains(workload.profileName) {
      endpoint.spec.profiles.insert(workload.profileName, at: 0)
    }
    return endpoint
  }

  /// The profile of the namespace: everything is allowed until a policy says otherwise.
  var profile: Profile {
    var profile = Profile(name: workload.profileName)
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.allow)]
    profile.spec.labelsToApply = ["pcns.projectcalico.org/name": workload.namespace]
    return profile
  }

  /// Refuses labels and ports that cannot be stored, before anything has been done.
  func validate() throws(CNIError) {
    var sample = endpoint(over: nil)
    sample.spec.ipNetworks = []
    if let problem = sample.validate().first {
      throw CNIError(.invalidConfiguration, "args: \(problem)")
    }
  }
}
