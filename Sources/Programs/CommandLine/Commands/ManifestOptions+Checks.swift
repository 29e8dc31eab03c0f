// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

extension ManifestOptions {
  /// Refuses a command line without a file.
  func requireFile() throws(ValidationError) {
    if filename.isEmpty {
      throw ValidationError("Missing expected argument '--filename <file>'")
    }
  }

  /// Refuses a command line that names neither files nor a kind, or both.
  func requireFile(orKind kind: String?) throws(ValidationError) {
    if (kind == nil) == filename.isEmpty {
      throw ValidationError(
        kind == nil
          ? "Missing expected argument '<kind>' or '--filename <file>'"
          : "resources are named either by kind and name or by files, not by both")
    }
  }
}
