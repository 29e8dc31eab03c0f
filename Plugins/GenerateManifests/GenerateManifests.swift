// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PackagePlugin

/// Runs `generate-manifests` on the package's folder of manifests.
@main struct GenerateManifests: CommandPlugin {
  func performCommand(context: PluginContext, arguments: [String]) async throws {
    let folder = context.package.directoryURL.appending(path: "Manifests/crds")
    let process = Process()
    process.executableURL = try context.tool(named: "generate-manifests").url
    process.arguments = [folder.path()] + arguments
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 {
      throw Failure(status: process.terminationStatus)
    }
  }

  struct Failure: Error { var status: Int32 }
}
