// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import ResourceSchemas

// generate-manifests FOLDER: writes the custom resource definitions, a folder for each form, and
// removes those of kinds that there are no longer.
func complain(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

guard CommandLine.arguments.count == 2, let folder = CommandLine.arguments.last else {
  complain("usage: generate-manifests FOLDER")
  exit(2)
}
do {
  let count = try ManifestWriter(folder: folder).write()
  print("\(count) definitions in \(folder)")
} catch {
  complain("error: \(error)")
  exit(1)
}
