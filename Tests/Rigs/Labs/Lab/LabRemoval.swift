// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Takes a lab away: its processes, its namespaces with all that is in them, its folder. It works
/// from what is on the machine and not from what the lab remembers, so it can be repeated, and done
/// by another process.
enum LabRemoval {
  /// Rounds of looking for processes at most; a process may start another while it is being ended.
  private static let rounds = 200

  static func remove(_ lab: LabIdentity) {
    Interruption.shielded {
      endProcesses(of: lab)
      for name in lab.namespaces {
        if (try? LabCommand.run(["ip", "netns", "delete", name]))?.succeeded != true {
          // Its maker was killed between the name and the namespace.
          let path = "\(LabIdentity.namespaceFolder)/\(name)"
          umount2(path, Int32(MNT_DETACH))
          unlink(path)
        }
      }
      LabFiles.remove(lab.folder)
    }
  }

  /// Ends all that runs in one namespace.
  static func endProcesses(in namespace: String) {
    guard let inode = ProcessTable.inode("\(LabIdentity.namespaceFolder)/\(namespace)") else {
      return
    }
    end { ProcessTable.processes(in: [inode]) }
  }

  private static func endProcesses(of lab: LabIdentity) {
    end {
      let inodes = Set(
        lab.namespaces.compactMap {
          ProcessTable.inode("\(LabIdentity.namespaceFolder)/\($0)")
        })
      // Not every process of a lab is in one of its namespaces yet, or still.
      return ProcessTable.processes(in: inodes)
        + ProcessTable.processes(withEnvironment: lab.folder + "/")
    }
  }

  /// Kills until there is nothing left to kill.
  private static func end(_ find: () -> [pid_t]) {
    for _ in 0..<rounds {
      let found = Set(find())
      if found.isEmpty { return }
      for process in found { kill(process, SIGKILL) }
      poll(nil, 0, 10)
    }
  }

  /// Takes away what processes left that are no more.
  ///
  /// - Parameter kept: also labs that were kept for people to look at.
  /// - Returns: the names of the labs.
  static func sweep(kept: Bool) -> [String] {
    var swept: [String] = []
    for lab in LabIdentity.all where !lab.isInUse && (kept || !lab.isKept) {
      remove(lab)
      swept.append(lab.name)
    }
    return swept
  }
}
