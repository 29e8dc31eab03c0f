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
/// Before all that ADD looks at what there is, and refuses what cannot be: nothing that is there
/// has changed then. What fails later takes back what this call made, no more.
///
/// DEL goes the other way round: no packet of the pod moves any more when its policy goes, and
/// nobody is given its addresses before that.
///
/// An endpoint says which container it is of, and so does the host's interface. ADD for a new
/// container of the same pod takes both over: its interface is wired under another name, the endpoint
/// is stored, and only then does it take the place of the old container's, whose addresses are given
/// back at the end. A DEL of the old container that comes later finds another container's
/// ID and leaves both alone. A lock for each pod keeps such calls from mixing.
///
/// To take the place is to rename the old interface aside, then the new one, and only then to remove
/// the old one. Whatever name an interface has when a call is stopped there, the next one finds it:
/// each of the three follows from the pod.
struct Attacher {
  let call: Plugin.Call
  let steps: Steps
  let endpoints: EndpointStore
  let source: AddressSource
  let stored: EndpointStore.Stored

  var workload: Workload { call.workload }
  var log: PluginLog { call.log }

  /// Whether the stored endpoint is that of this container.
  var isAttached: Bool { stored.isOf(workload) }

  /// Calico's own IPAM, where the addresses come from there.
  var calico: CalicoAddresses? {
    if case .calico(let source) = source { source } else { nil }
  }
}
