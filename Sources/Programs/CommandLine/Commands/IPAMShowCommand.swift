// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import IPAM

/// `calicoctl ipam show`
struct IPAMShowCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show how full the pools are, who has an address, or how IPAM is configured.",
    discussion: """
        calicoctl ipam show
        calicoctl ipam show --show-blocks
        calicoctl ipam show --ip 192.168.1.2
      """)

  @Option(help: "Show who has this address.")
  var ip: String?
  @Flag(help: "Show the pools' blocks too.")
  var showBlocks = false
  @Flag(help: "Show the addresses that nodes use out of other nodes' blocks.")
  var showBorrowed = false
  @Flag(help: "Show how IPAM is configured.")
  var showConfiguration = false
  @OptionGroup var options: StoreOptions

  func validate() throws {
    if [ip != nil, showBlocks, showBorrowed, showConfiguration].count(where: { $0 }) > 1 {
      throw ValidationError(
        "only one of --ip, --show-blocks, --show-borrowed and --show-configuration may be given")
    }
  }

  func run(in context: CommandContext) async throws {
    let address = try ip.map(IPAMCommand.address)
    try await options.withStore(context) { store in
      let report = IPAMReport(IPAMClient(store: store))
      if let address {
        context.output(try await report.holder(of: address))
      } else if showBorrowed {
        context.output(try await report.borrowed())
      } else if showConfiguration {
        context.output(try await report.configuration())
      } else {
        context.output(try await report.utilisation(withBlocks: showBlocks))
      }
    }
  }
}
