// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Lab

/// The command line.
struct DemoOptions {
  var nodes = 3
  var datastore = LabDatastore.local
  var typhas = 0
  var keeps = false
  var isQuiet = false
  var cleans = false
  var wantsHelp = false

  static let usage = """
    usage: calico-demo [--datastore TYPE] [--typhas N] [--nodes N] [--keep] [--quiet]
           calico-demo --clean

    Makes a cluster of network namespaces on this machine, shows it, proves its network and its
    policies with packets, and takes it away again. Needs root; changes nothing outside of it.

      --datastore TYPE  where the state is: local, etcdv3 or kubernetes (local)
      --typhas N        how many Typhas the agents get everything from, 0 to 8 (0)
      --nodes N         how many nodes, 1 to 16 (3)
      --keep            leave the cluster up at the end and say how to look around; only with
                        the local datastore and without Typhas, as the others' servers and the
                        certificates end with the demo
      --quiet           print only the table of what was expected and what was seen
      --clean           take away clusters that --keep, or a killed run, has left

    Exit status: 0 all is as expected, 1 it is not, 2 wrong usage, 130 interrupted.
    """

  struct Misuse: Error {
    var message: String
  }

  init(_ arguments: [String]) throws(Misuse) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--keep": keeps = true
      case "--quiet", "-q": isQuiet = true
      case "--clean": cleans = true
      case "--help", "-h": wantsHelp = true
      case "--nodes":
        guard let number = rest.popFirst().flatMap({ Int($0) }), (1...16).contains(number) else {
          throw Misuse(message: "--nodes must be a number from 1 to 16")
        }
        nodes = number
      case "--typhas":
        guard let number = rest.popFirst().flatMap({ Int($0) }), (0...8).contains(number) else {
          throw Misuse(message: "--typhas must be a number from 0 to 8")
        }
        typhas = number
      case "--datastore":
        guard let type = rest.popFirst().flatMap({ LabDatastore(rawValue: $0) }) else {
          throw Misuse(message: "--datastore must be local, etcdv3 or kubernetes")
        }
        datastore = type
      default: throw Misuse(message: "unknown argument '\(word)'")
      }
    }
    if keeps, datastore != .local || typhas > 0 {
      throw Misuse(message: "--keep works with the local datastore only, and without Typhas")
    }
  }
}
