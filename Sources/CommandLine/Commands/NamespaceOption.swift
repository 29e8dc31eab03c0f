// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The namespace of namespaced resources.
struct NamespaceOption: ParsableArguments {
  @Option(
    name: [.customShort("n", allowingJoined: true), .long],
    help: "The namespace of the resources, for kinds that have one. (default: default)")
  var namespace: String?
}
