// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Attachment

@Test("two calls on one interface wait for each other, on two interfaces they do not")
func locks() throws {
  let folder = TemporaryFolder()
  let folders = try Folders(["CALICO_RUN_DIR": folder.path + "/a/b"])
  let first = try PodLock("cali1", folders)
  let other = try PodLock("cali2", folders)
  let error = #expect(throws: CNIError.self) { try PodLock("cali1", folders, patience: 30) }
  #expect(error?.code == .tryAgainLater)
  first.release()
  let second = try PodLock("cali1", folders, patience: 0)
  second.release()
  other.release()
}
