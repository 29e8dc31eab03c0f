// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport
import Testing

@Suite("Small files that are written", .timeLimit(.minutes(1)))
struct SmallFileWritingTests {
  private func text(_ path: String) throws -> String {
    String(decoding: try SmallFile.read(path, limit: 1 << 20), as: UTF8.self)
  }

  private func mode(_ path: String) throws -> mode_t {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return status.st_mode & 0o7777
  }

  @Test("take the place of the old one whole, with the permissions that are asked for")
  func replaced() throws {
    let folder = TemporaryFolder()
    let path = folder.file("file")
    try SmallFile.replace(path, with: "old", mode: 0o644)
    // Somebody reads while it is replaced, and an attempt was ended before.
    let reader = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(reader) }
    _ = try folder.write(String(repeating: "x", count: 1000), to: "file.new")
    try #require(chmod(folder.file("file.new"), 0o666) == 0)
    let former = umask(0o077)
    defer { umask(former) }
    try SmallFile.replace(path, with: "the new text", mode: 0o644)
    #expect(try text(path) == "the new text")
    #expect(try mode(path) == 0o644)
    #expect(access(folder.file("file.new"), F_OK) != 0)
    var bytes = [UInt8](repeating: 0, count: 100)
    #expect(read(reader, &bytes, 100) == 3)
    #expect(bytes.prefix(3) == ArraySlice("old".utf8))

    try SmallFile.replace(path, with: "", mode: 0o600)
    #expect(try text(path) == "")
    #expect(try mode(path) == 0o600)
  }

  @Test("stay as they were where that fails, and the error says what failed")
  func failures() throws {
    let folder = TemporaryFolder()
    let path = try folder.write("as it was", to: "file")
    try #require(mkdir(folder.file("file.new"), 0o755) == 0)
    #expect(throws: SystemCallError("open", path + ".new", code: EISDIR)) {
      try SmallFile.replace(path, with: "new", mode: 0o644)
    }
    #expect(try text(path) == "as it was")
    #expect(throws: SystemCallError("open", folder.file("none/x.new"), code: ENOENT)) {
      try SmallFile.replace(folder.file("none/x"), with: "new", mode: 0o644)
    }
    // A full disk: the old text stays.
    let full = folder.file("full")
    try #require(symlink("/dev/full", full + ".new") == 0)
    _ = try folder.write("as it was", to: "full")
    #expect(throws: SystemCallError("write", full + ".new", code: ENOSPC)) {
      try SmallFile.replace(full, with: "new", mode: 0o666)
    }
    #expect(try text(full) == "as it was")
  }

  @Test("have folders made for them, with those above")
  func folders() throws {
    let folder = TemporaryFolder()
    for _ in 0..<2 { try SmallFile.makeFolder(folder.file("a/b//c/")) }
    try SmallFile.replace(folder.file("a/b/c/file"), with: "text", mode: 0o644)
    #expect(try text(folder.file("a/b/c/file")) == "text")
    #expect(throws: SystemCallError("mkdir", folder.file("a/b/c/file/d"), code: ENOTDIR)) {
      try SmallFile.makeFolder(folder.file("a/b/c/file/d"))
    }
  }
}
