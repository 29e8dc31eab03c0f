// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import ArgumentParser
import IPAM
import ValueTree

/// `calicoctl ipam release`
struct IPAMReleaseCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Take an address back that nobody uses any more.",
    discussion: """
      The address is given out again. If a workload still uses it, two will have the same: look \
      with "calicoctl ipam show --ip" first.

        calicoctl ipam release --ip 192.168.1.2
      """)

  @Option(help: "The address.")
  var ip: String
  @OptionGroup var options: StoreOptions

  func run(in context: CommandContext) async throws {
    let address = try IPAMCommand.address(ip)
    try await options.withStore(context) { store in
      let result = try await IPAMClient(store: store).release([ReleaseRequest(address)])
      if let refusal = result.refused.first { throw CommandFailure(refusal.reason.description) }
      guard result.released.contains(address) else {
        throw CommandFailure("IP address \(address) is not assigned")
      }
      context.output("Successfully released IP address \(address)\n")
    }
  }
}

extension IPAMCommand {
  /// Reads an address of the command line.
  static func address(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text) else {
      throw CommandFailure("invalid IP address \(text.quoted): must be an IPv4 or IPv6 address")
    }
    return address
  }
}
