// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl datastore migrate`
struct MigrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Move everything from one datastore to another.",
    discussion: """
      Between any two of local, etcdv3 and kubernetes. Each is named by a configuration file of its \
      own, such as old.cfg and new.cfg here:

        calicoctl datastore migrate lock -c old.cfg
        calicoctl datastore migrate export -c old.cfg > everything.yaml
        calicoctl datastore migrate import -c new.cfg -f everything.yaml

      Now configure Calico's programs for the new datastore, start them anew, and let them go:

        calicoctl datastore migrate unlock -c new.cfg

      Pods keep their addresses and their network meanwhile; new ones wait. To go back instead, \
      unlock the old datastore: an export changes nothing.
      """,
    subcommands: [
      MigrateExportCommand.self, MigrateImportCommand.self, MigrateLockCommand.self,
      MigrateUnlockCommand.self,
    ])
}
