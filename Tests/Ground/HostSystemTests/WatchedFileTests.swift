// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport
import Testing

@Suite("A file that others replace")
struct WatchedFileTests {
  private let folder = TemporaryFolder()

  private func text(_ file: WatchedFile) -> String { String(decoding: file.bytes, as: UTF8.self) }

  /// As programs do it that care: a new file takes the name.
  private func replace(_ name: String, _ text: String) throws {
    let new = try folder.write(text, to: "\(name).new")
    #expect(rename(new, folder.file(name)) == 0)
  }

  @Test("is read when it is another one, and only then") func changes() throws {
    var file = WatchedFile(try folder.write("one", to: "token"))
    #expect(try file.refresh())
    #expect(text(file) == "one")
    #expect(try file.refresh() == false)
    // The same length, perhaps in the same moment.
    try replace("token", "two")
    #expect(try file.refresh())
    #expect(text(file) == "two")
    try folder.write("three", to: "token")
    #expect(try file.refresh())
    #expect(text(file) == "three")
    file.forget()
    #expect(try file.refresh())
    #expect(try file.refresh() == false)
  }

  @Test("stays in use while there is nothing in its place that can be read") func gaps() throws {
    var file = WatchedFile(try folder.write("one", to: "token"))
    #expect(try file.refresh())
    // Somebody has begun to write it anew.
    try folder.write("", to: "token")
    #expect(try file.refresh() == false)
    #expect(text(file) == "one")
    try folder.write("two", to: "token")
    #expect(try file.refresh())
    #expect(text(file) == "two")
    #expect(unlink(file.path) == 0)
    #expect(try file.refresh() == false)
    try folder.makeFolder("token")
    #expect(try file.refresh() == false)
    #expect(text(file) == "two")
  }

  @Test("is an error for as long as it was never read") func missing() throws {
    var file = WatchedFile(folder.file("token"))
    #expect(throws: SmallFile.Failure.missing(code: ENOENT)) { try file.refresh() }
    try folder.makeFolder("token")
    #expect(throws: SmallFile.Failure.noFile(what: "directory")) { try file.refresh() }
    #expect(rmdir(file.path) == 0)
    try folder.write("one", to: "token")
    #expect(try file.refresh())
    #expect(text(file) == "one")
  }
}
