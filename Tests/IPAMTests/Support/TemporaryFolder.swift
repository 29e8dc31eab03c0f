// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder that is there for one test.
struct TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/calico-ipam-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func remove() {
    guard let folder = opendir(path) else { return }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { unlink("\(path)/\(name)") }
    }
    closedir(folder)
    rmdir(path)
  }

  struct Failure: Error { let code: Int32 }
}
