// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The root of the commands.
struct CalicoctlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calicoctl",
    abstract: "Manage Calico network and security policy.",
    discussion: """
      Resources are written in YAML or JSON and named by kind and name. Kinds may be written in \
      any case, in the singular or plural, or short: WorkloadEndpoint, workloadendpoints and wep \
      are one.

        calicoctl apply -f policy.yaml
        calicoctl get ippools
        calicoctl get wep -n web
        calicoctl delete node node-1

      The datastore is what the environment says (DATASTORE_TYPE, CALICO_DATASTORE_PATH, \
      ETCD_ENDPOINTS, KUBECONFIG and others), then what the file of -c or \
      /etc/calico/calicoctl.cfg says.
      """,
    subcommands: [
      CreateCommand.self, ReplaceCommand.self, ApplyCommand.self, DeleteCommand.self,
      GetCommand.self, IPAMCommand.self, NodeCommand.self, DatastoreCommand.self,
      VersionCommand.self,
    ])

  @OptionGroup var global: GlobalOptions
}
