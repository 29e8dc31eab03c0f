// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The namespace of namespaced resources.
struct NamespaceOption: ParsableArguments {
  @Option(
    name: [ShortOption.namespace.name, .customLong("namespace")],
    help: ArgumentHelp(
      "The namespace of the resources, for kinds that have one. (default: default)",
      valueName: "namespace"))
  var given: String?

  /// What was given; nothing, as of a script's variable that is not set, is none.
  var namespace: String? { given.flatMap { $0.isEmpty ? nil : $0 } }
}
