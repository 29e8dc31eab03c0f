// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import HostSystem
import IPAM
import Netlink

extension CNIError {
  init(_ error: DatastoreError) {
    switch error {
    case .unavailable, .watchTerminated, .cancelled:
      self.init(.tryAgainLater, error.description)
    default: self.init(.datastore, error.description)
    }
  }

  init(_ error: IPAMError) {
    switch error {
    case .datastore(let cause): self.init(cause)
    case .noPools: self.init(.noPool, error.description)
    case .partial, .blockLimit: self.init(.noAddress, error.description)
    case .poolNotUsable, .invalidRequest, .invalidHost, .invalidHandle:
      self.init(.invalidConfiguration, error.description)
    case .tooManyConflicts: self.init(.tryAgainLater, error.description)
    default: self.init(.datastore, error.description)
    }
  }

  init(_ error: NetlinkError) { self.init(.kernel, error.description) }

  /// There is no datastore at a path.
  static func unavailable(_ path: String, _ code: Int32) -> CNIError {
    CNIError(
      .tryAgainLater,
      "the datastore \(path): \(errorText(code)): check that the calico/node "
        + "container is running and that datastore_path is right")
  }

  /// A failed system call, by its errno.
  static func system(_ what: String, _ code: Int32 = errno) -> CNIError {
    CNIError(.inputOutput, "\(what): \(errorText(code))")
  }
}

/// Runs requests to the kernel, whose errors become the plugin's.
func kernel<R>(_ body: () throws(NetlinkError) -> R) throws(CNIError) -> R {
  do throws(NetlinkError) { return try body() } catch { throw CNIError(error) }
}
