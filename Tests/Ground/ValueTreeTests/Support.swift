// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// The message of the error that reading a YAML text gives; nil when it is read.
func yamlError(_ text: String) -> String? {
  yamlError(Array(text.utf8))
}

func yamlError(_ bytes: [UInt8]) -> String? {
  do throws(SyntaxError) {
    _ = try YAML.documents(bytes, file: "f.yaml")
    return nil
  } catch { return error.description }
}

/// The message of the error that reading a JSON text gives; nil when it is read.
func jsonError(_ text: String) -> String? {
  jsonError(Array(text.utf8))
}

func jsonError(_ bytes: [UInt8]) -> String? {
  do throws(SyntaxError) {
    _ = try JSON.parse(bytes, file: "f.json")
    return nil
  } catch { return error.description }
}

/// The values of the documents of a YAML text.
func yaml(_ text: String) throws(SyntaxError) -> [Value] {
  try YAML.documents(Array(text.utf8), file: "f.yaml").map(\.value)
}

/// A path from keys and positions.
func path(_ steps: ValuePath.Step...) -> ValuePath { ValuePath(steps) }
