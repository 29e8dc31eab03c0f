// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// One call of the network plugin, with all that it works on.
///
/// DESIGN: ADD works in an order in which it may be stopped anywhere. The addresses come first,
/// under a handle that names the container; then the interfaces, under a name that follows from the
/// pod; the endpoint is stored last. So DEL finds everything from the names alone, whatever there
/// is of it, and an endpoint in the datastore always means a pod that is wired.
///
/// DEL goes the other way round: no packet of the pod moves any more when its policy goes, and
/// nobody is given its addresses before that.
///
/// An endpoint says which container it is of. ADD for a new container of the same pod takes
/// interface and endpoint over, and gives the old container's addresses back at the end; a DEL of
/// the old container that comes later finds another container's ID and leaves both alone. A lock
/// for each interface keeps such calls from mixing.
struct Attacher {
  let call: Plugin.Call
  let steps: Steps
  let endpoints: EndpointStore
  let source: AddressSource
  let stored: EndpointStore.Stored

  var workload: Workload { call.workload }
  var log: PluginLog { call.log }

  /// Whether the stored endpoint is that of this container.
  var isAttached: Bool { stored.endpoint?.spec.containerID == workload.containerID }

  /// Calico's own IPAM, where the addresses come from there.
  var calico: CalicoAddresses? {
    if case .calico(let source) = source { source } else { nil }
  }
}
