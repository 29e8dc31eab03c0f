// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import LocalDatastore
import Synchronization
import TestSupport

extension StoreUnderTest {
  public static let local: StoreUnderTest = {
    let folder = TemporaryFolder()
    let last = Mutex(0)
    var options = LocalDatastore.Options(durability: .processCrash)
    // So few that a watch may well fall behind.
    options.changesKept = 2_000
    options.changesSlack = 100
    return StoreUnderTest(
      testDescription: "local",
      openEmpty: { [options] in
        let number = last.withLock { last in
          last += 1
          return last
        }
        return try await LocalDatastore.open(path: folder.file("\(number).db"), options: options)
      },
      openAgain: { [options] in
        let number = last.withLock { $0 }
        return try await LocalDatastore.open(path: folder.file("\(number).db"), options: options)
      },
      disturb: { _ in
        let number = last.withLock { $0 }
        let store = try await LocalDatastore.open(
          path: folder.file("\(number).db"), durability: .processCrash)
        try await store.compact(keep: 3)
        await store.close()
      })
  }()
}
