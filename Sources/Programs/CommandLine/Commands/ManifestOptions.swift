// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Which files a command reads resources from.
struct ManifestOptions: ParsableArguments {
  @Option(
    name: [ShortOption.filename.name, .long],
    help: ArgumentHelp(
      "A YAML or JSON file, a folder of such files, or - for standard input. May be repeated.",
      valueName: "file"))
  var filename: [String] = []

  @Flag(name: [ShortOption.recursive.name, .long], help: "Read the folders inside a folder too.")
  var recursive = false

  @Flag(help: "Files without resources are no error.")
  var skipEmpty = false

  /// The resources of all files, those that are refused among them.
  ///
  /// Errors: a file cannot be read, or something in it is no resource of a known kind; or there are
  /// no resources at all.
  func read(
    _ purpose: ManifestReader.Purpose, _ namespace: String?, _ context: CommandContext
  ) throws -> [ManifestItem] {
    var reader = ManifestReader(purpose, namespace: namespace)
    for name in filename {
      if name == "-" {
        reader.read(try context.readStandardInput(), file: "<stdin>")
        continue
      }
      for file in try InputFile.files(at: name, recursive: recursive) {
        reader.read(try InputFile.read(file), file: file)
      }
    }
    guard reader.complaints.isEmpty else {
      let refusals = reader.items.compactMap(\.refusal?.description)
      throw CommandFailure(
        "failed to execute command: "
          + (reader.complaints + refusals).joined(separator: "\n"))
    }
    for warning in reader.warnings { context.error("warning: \(warning)\n") }
    guard !reader.items.isEmpty || skipEmpty else {
      throw CommandFailure("no resources specified")
    }
    return reader.items
  }
}
