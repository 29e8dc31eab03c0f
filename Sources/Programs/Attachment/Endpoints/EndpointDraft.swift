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
  /// On the host.
  var interfaceName: String
  var addresses: [IPAddress] = []
  var mac: MACAddress?

  init(_ workload: Workload, labels: [String: String], ports: [WorkloadEndpointPort]) {
    self.workload = workload
    self.labels = labels
    self.ports = ports
    interfaceName = workload.interfaceName
  }

  /// The endpoint, as an update of the stored one where there is one.
  ///
  /// What is stored of a container belongs to operators: a repeated ADD leaves labels, annotations,
  /// ports and profiles as they are, also missing ones, and what this version does not know. A new
  /// container of the pod brings its own, and nothing of the one before stays but the object's
  /// identity: its labels would let in whom the new one's keep out.
  func endpoint(over stored: WorkloadEndpoint?) -> WorkloadEndpoint {
    var endpoint: WorkloadEndpoint
    if let stored, stored.spec.containerID == workload.containerID {
      endpoint = stored
    } else {
      endpoint = WorkloadEndpoint(name: workload.endpointName, namespace: workload.namespace)
      if let stored { endpoint.metadata = stored.metadata }
      endpoint.metadata.labels = labels
      endpoint.metadata.annotations = [:]
      endpoint.spec.ports = ports
    }
    endpoint.metadata.labels["projectcalico.org/namespace"] = workload.namespace
    endpoint.metadata.labels["projectcalico.org/orchestrator"] = "k8s"
    endpoint.spec.orchestrator = "k8s"
    endpoint.spec.node = workload.node
    endpoint.spec.pod = workload.pod
    endpoint.spec.endpoint = workload.endpoint
    endpoint.spec.containerID = workload.containerID
    endpoint.spec.interfaceName = interfaceName
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
