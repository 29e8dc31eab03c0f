// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// Opens the network namespace that the runtime names.
enum PodNamespace {
  static func open(_ path: String) throws(CNIError) -> NetworkNamespace {
    let namespace: NetworkNamespace
    do throws(NetlinkError) {
      namespace = try NetworkNamespace(path: path)
    } catch {
      throw CNIError(
        error.isNotFound ? .unknownContainer : .invalidEnvironment, "CNI_NETNS: \(error)")
    }
    do throws(NetlinkError) {
      // To open a socket in it is to enter it, which tells whether it is one.
      _ = try RouteSocket(in: namespace)
      guard try namespace.inode() != NetworkNamespace.current().inode() else {
        throw NetlinkError(
          "use the network namespace \(path)", .invalid("it is the host's own"))
      }
    } catch {
      throw CNIError(.invalidEnvironment, "CNI_NETNS: \(error)")
    }
    return namespace
  }
}
