// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Which lab something belongs to. All that a lab makes on the machine carries its name: a folder
/// `/tmp/clab<process><letter>` and network namespaces `clab<process><letter>-…`. The folder says
/// which process made it, so that what a killed process left can be told from what is in use.
struct LabIdentity: Hashable, Comparable {
  /// `clab4711a`
  let name: String
  /// The process that made it.
  let process: pid_t

  static let parentFolder = "/tmp"
  static let namespaceFolder = "/run/netns"
  private static let start = "clab"
  private static let counter = Atomic<Int>(0)

  var folder: String { "\(Self.parentFolder)/\(name)" }
  private var ownerFile: String { folder + "/owner" }
  private var keepFile: String { folder + "/keep" }

  /// One that this process has not used yet.
  init() {
    let number = Self.counter.add(1, ordering: .relaxed).oldValue
    var letters = ""
    var rest = number
    repeat {
      letters += String(UnicodeScalar(UInt8(ascii: "a") + UInt8(rest % 26)))
      rest /= 26
    } while rest > 0
    process = getpid()
    name = "\(Self.start)\(process)\(letters)"
  }

  /// The lab that something is called after: its folder's name, or that of a namespace.
  init?(of name: some StringProtocol) {
    guard name.hasPrefix(Self.start) else { return nil }
    let rest = name.dropFirst(Self.start.count).prefix { $0 != "-" }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    let letters = rest.dropFirst(digits.count)
    guard let process = pid_t(digits), process > 0, !letters.isEmpty,
      letters.allSatisfy({ ("a"..."z").contains($0) })
    else { return nil }
    self.name = Self.start + rest
    self.process = process
  }

  static func < (a: LabIdentity, b: LabIdentity) -> Bool { a.name < b.name }

  func namespace(_ name: String) -> String { "\(self.name)-\(name)" }

  /// Makes the folder and says in it whose it is.
  func claim() throws(LabError) {
    try LabFiles.makeFolder(folder)
    let start = ProcessTable.startTime(of: process) ?? 0
    try LabFiles.write("\(process) \(start)\n", to: ownerFile)
  }

  /// Leaves it for people to look at: nobody sweeps it away.
  func keep() throws(LabError) { try LabFiles.write("", to: keepFile) }

  var isKept: Bool { LabFiles.isThere(keepFile) }

  /// Whether the process that made it is still there. A folder that does not say yet, because it is
  /// just being made, counts by the process's number alone.
  var isInUse: Bool {
    guard let started = ProcessTable.startTime(of: process) else { return false }
    guard let text = LabFiles.read(ownerFile, limit: 256) else { return true }
    let words = text.split { $0 == " " || $0 == "\n" }
    return words.count == 2 && UInt64(words[1]) == started
  }

  /// The namespaces that exist of it.
  var namespaces: [String] {
    LabFiles.names(in: Self.namespaceFolder).filter { $0.hasPrefix(name + "-") }
  }

  /// All labs of which there is anything on the machine.
  static var all: [LabIdentity] {
    let folders = LabFiles.names(in: parentFolder).filter { name in
      var status = stat()
      return lstat("\(parentFolder)/\(name)", &status) == 0
        && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
    }
    let found = (folders + LabFiles.names(in: namespaceFolder)).compactMap { LabIdentity(of: $0) }
    return Set(found).sorted()
  }
}
