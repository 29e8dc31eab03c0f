// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import ValueTree

extension ClusterAccess {
  /// Bytes of a kubeconfig at most.
  static let kubeconfigLimit = 4 << 20

  /// Reads a kubeconfig file.
  ///
  /// - Parameter context: which of its contexts; nil is the current one.
  ///
  /// Errors: `configuration`, with file, line and what is wrong.
  package static func kubeconfig(
    file: String, context: String? = nil
  ) throws(KubernetesError) -> ClusterAccess {
    let bytes: [UInt8]
    do {
      bytes = try SmallFile.read(file, limit: kubeconfigLimit)
    } catch {
      throw .configuration("cannot read the kubeconfig \(file): \(error)")
    }
    let folder =
      file.contains("/") ? String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)]) : "."
    return try kubeconfig(
      bytes, source: file, folder: folder.isEmpty ? "/" : folder, context: context)
  }

  /// Reads a kubeconfig.
  ///
  /// - Parameters:
  ///   - source: what to call it in messages.
  ///   - folder: where relative paths begin.
  ///   - context: which of its contexts; nil is the current one.
  package static func kubeconfig(
    _ bytes: [UInt8], source: String, folder: String, context: String? = nil
  ) throws(KubernetesError) -> ClusterAccess {
    let documents: [Document]
    do throws(SyntaxError) {
      documents = try YAML.documents(bytes, file: source)
    } catch {
      throw .configuration("the kubeconfig cannot be read: \(error)")
    }
    guard documents.count == 1, let document = documents.first else {
      throw .configuration("\(source): must be one kubeconfig, has \(documents.count) documents")
    }
    let reader = KubeconfigReader(document: document, source: source, folder: folder)
    return try reader.access(context: context)
  }
}
