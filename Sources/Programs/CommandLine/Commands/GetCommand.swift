// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datastore
import Resources
import ValueTree

/// `calicoctl get`
struct GetCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Show resources: all of a kind, some by name, or those that files name.",
    discussion: """
        calicoctl get ippools
        calicoctl get wep -n web
        calicoctl get workloadEndpoints -A -o wide
        calicoctl get ippool my.ippool -o yaml
        calicoctl get nodes -o custom-columns=NAME,ASN

      The kinds, with their short names:

      \(Selection.kinds.map { "  \($0)" }.joined(separator: "\n"))
      """)

  @Argument(help: "The kind of the resources.")
  var kind: String?
  @Argument(help: "Their names; without one all of them.")
  var name: [String] = []
  @OptionGroup var manifests: ManifestOptions
  @OptionGroup var place: NamespaceOption
  @Flag(
    name: [
      ShortOption.allNamespaces.name, ShortOption.allNamespacesToo.name,
      .customLong("all-namespaces"),
    ],
    help: "The resources of all namespaces.")
  var allNamespaces = false
  @Option(
    name: [ShortOption.output.name, .long],
    help: "How to show them: \(OutputFormat.names).")
  var output = "ps"
  @Flag(help: "Leave out what only this datastore knows, such as UIDs and revisions.")
  var export = false
  @OptionGroup var options: StoreOptions

  func checkIsComplete() throws(ValidationError) { try manifests.requireFile(orKind: kind) }

  func validate() throws {
    if allNamespaces, place.namespace != nil {
      throw ValidationError(
        "cannot use both --namespace and --all-namespaces flags at the same time")
    }
  }

  func run(in context: CommandContext) async throws {
    let format = try OutputFormat(output)
    let (query, refused) = try query(context)
    try await options.withStore(context, ensuringBuiltIns: query.showsBuiltIns) { store in
      var found: FoundResources
      do {
        found = try await query.run(store)
      } catch {
        throw CommandFailure("failed to get resources: \(error)")
      }
      if export { found.removeStoreFields() }
      let showsNamespace = allNamespaces || place.namespace != nil
      context.output(
        try await ResourcePrinter(store, showsNamespace: showsNamespace).text(of: found, format))
      let failures = found.missing.map(\.description) + refused
      if !failures.isEmpty {
        throw CommandFailure("failed to get resources: [\(failures.joined(separator: ", "))]")
      }
    }
  }

  /// What is asked for, and why some that a file names cannot be.
  private func query(
    _ context: CommandContext
  ) throws -> (query: ResourceQuery, refused: [String]) {
    guard let kind else {
      let items = try manifests.read(.naming, place.namespace, context)
      let targets = items.map(BatchRun.Target.init)
      return (
        .keys(targets.filter { $0.refusal == nil }.map(\.key)), targets.compactMap(\.refusalText)
      )
    }
    let selection: Selection
    do {
      selection = try Selection(kind, namespace: place.namespace)
    } catch {
      throw CommandFailure("failed to get resources: \(error)")
    }
    if allNamespaces, !selection.kind.isNamespaced {
      throw CommandFailure(
        "failed to get resources: \(selection.kind.rawValue) is not namespaced")
    }
    if name.isEmpty {
      let namespace = allNamespaces ? nil : selection.namespace
      return (.list(ListQuery(selection.kind, namespace: namespace)), [])
    }
    return (.keys(try name.map(selection.key)), [])
  }
}
