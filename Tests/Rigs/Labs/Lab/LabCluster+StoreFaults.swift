// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import StoreRig

/// Faults of the datastore's server; without one they do nothing.
extension LabCluster {
  /// Has the server stand still: connections stay, nothing is answered.
  public func pauseStore() {
    etcd?.pause()
    kubernetes?.pause()
  }

  /// Lets the server go on.
  public func resumeStore() {
    etcd?.resume()
    kubernetes?.resume()
  }

  /// Ends the server as kill -9 does. Its data stay.
  public func killStore() throws(LabError) {
    let (etcd, kubernetes) = (etcd, kubernetes)
    try Waiting.result(of: "the datastore's end") {
      await etcd?.kill()
      await kubernetes?.kill()
    }
  }

  /// Starts the server again on the same data, and waits until it answers.
  public func restartStore() throws(LabError) {
    let (etcd, kubernetes) = (etcd, kubernetes)
    try Waiting.result(of: "the datastore") {
      try await etcd?.restart()
      try await kubernetes?.restart()
    }
  }
}
