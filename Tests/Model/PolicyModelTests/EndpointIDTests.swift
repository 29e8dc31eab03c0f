// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyModel
import TestSupport
import Testing

@Suite("An endpoint's identity")
struct EndpointIDTests {
  @Test("reads as a workload's namespace and name, or as a host endpoint's name")
  func words() {
    let pod = EndpointID.workload(WorkloadEndpointID(namespace: "ns", name: "n1-k8s-pod-eth0"))
    #expect("\(pod)" == "ns/n1-k8s-pod-eth0" && pod.kind == "WorkloadEndpoint")
    #expect(
      "\(EndpointID.host("n1-eth0"))" == "n1-eth0" && EndpointID.host("x").kind == "HostEndpoint")
    #expect(pod == "ns/n1-k8s-pod-eth0" && pod != .host("ns/n1-k8s-pod-eth0"))
  }

  @Test("comes by namespace and then by name; hosts after workloads")
  func order() {
    let ordered: [EndpointID] = ["a/b", "a/c", "a-b/a", "b/a", .host("a"), .host("b")]
    #expect(ordered.reversed().sorted() == ordered)
  }
}
