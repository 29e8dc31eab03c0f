// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A collection of the API: which group and version, and what it is called in URLs.
package struct APIResource: Sendable, Hashable, CustomStringConvertible {
  /// Empty for the core group.
  package var group: String
  package var version: String
  /// In lower case: `pods`.
  package var plural: String
  package var isNamespaced: Bool
  package var format: ObjectFormat

  package init(
    group: String = "", version: String, plural: String, isNamespaced: Bool, format: ObjectFormat
  ) {
    self.group = group
    self.version = version
    self.plural = plural
    self.isNamespaced = isNamespaced
    self.format = format
  }

  /// `ippools.crd.projectcalico.org`, `pods`.
  package var description: String { group.isEmpty ? plural : "\(plural).\(group)" }

  package static let namespaces = core("namespaces", isNamespaced: false)
  package static let nodes = core("nodes", isNamespaced: false)
  package static let pods = core("pods", isNamespaced: true)
  package static let serviceAccounts = core("serviceaccounts", isNamespaced: true)
  package static let services = core("services", isNamespaced: true)
  package static let networkPolicies = APIResource(
    group: "networking.k8s.io", version: "v1", plural: "networkpolicies", isNamespaced: true,
    format: .protobuf)
  package static func endpointSlices(version: String) -> APIResource {
    APIResource(
      group: "discovery.k8s.io", version: version, plural: "endpointslices", isNamespaced: true,
      format: .protobuf)
  }

  private static func core(_ plural: String, isNamespaced: Bool) -> APIResource {
    APIResource(version: "v1", plural: plural, isNamespaced: isNamespaced, format: .protobuf)
  }

  /// The path of the whole collection (of one namespace), of one object or of a part of it.
  package func path(
    namespace: String? = nil, name: String? = nil, subresource: String? = nil
  ) -> String {
    var parts = group.isEmpty ? ["api", version] : ["apis", group, version]
    if isNamespaced, let namespace { parts += ["namespaces", namespace] }
    parts.append(plural)
    if let name { parts.append(name) }
    if let subresource { parts.append(subresource) }
    return parts.map { "/" + PercentEncoding.encode($0) }.joined()
  }
}

/// In which form objects go over the wire.
package enum ObjectFormat: Sendable, Hashable {
  /// The kinds that Kubernetes itself declares, which have a compact form.
  case protobuf
  /// Custom resources, which have this only.
  case json
}
