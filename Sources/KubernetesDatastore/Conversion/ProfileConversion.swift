// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Resources

/// Profiles made of namespaces and of service accounts (facts §1.7).
enum ProfileConversion {
  static let namespacePrefix = "kns."
  static let accountPrefix = "ksa."
  /// What automatic host endpoints name: everything is allowed.
  static let defaultAllow = "projectcalico-default-allow"

  static func profile(of namespace: KubeNamespace) -> Profile {
    let name = namespace.metadata.name
    var profile = Profile(
      metadata: Metadata(namespace.metadata, name: namespacePrefix + name))
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.allow)]
    profile.spec.labelsToApply = labels(namespace.metadata, prefix: "pcns.")
    return profile
  }

  static func profile(of account: KubeServiceAccount) -> Profile {
    let name = "\(accountPrefix)\(account.metadata.namespace).\(account.metadata.name)"
    var profile = Profile(metadata: Metadata(account.metadata, name: name))
    profile.spec.labelsToApply = labels(account.metadata, prefix: "pcsa.")
    return profile
  }

  static var allowingProfile: Profile {
    var profile = Profile(name: defaultAllow)
    profile.metadata.resourceVersion = "0"
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.allow)]
    return profile
  }

  private static func labels(_ metadata: KubeObjectMeta, prefix: String) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in metadata.labels { result[prefix + key] = value }
    result["\(prefix)projectcalico.org/name"] = metadata.name
    return result
  }
}
