// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Resources

/// Profiles made of namespaces and of service accounts (compatibility §1.7).
enum ProfileConversion {
  /// What automatic host endpoints name: everything is allowed.
  static let defaultAllow = "projectcalico-default-allow"

  static func profile(of namespace: KubeNamespace) -> Profile {
    let name = namespace.metadata.name
    var profile = profile(ProfileName.namespace(name), of: namespace.metadata)
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.allow)]
    profile.spec.labelsToApply = labels(namespace.metadata, prefix: "pcns.")
    return profile
  }

  static func profile(of account: KubeServiceAccount) -> Profile {
    let name = ProfileName.serviceAccount(
      account.metadata.name, in: account.metadata.namespace)
    var profile = profile(name, of: account.metadata)
    profile.spec.labelsToApply = labels(account.metadata, prefix: "pcsa.")
    return profile
  }

  private static func profile(_ name: String, of source: KubeObjectMeta) -> Profile {
    var metadata = Metadata(source, name: name)
    metadata.uid = metadata.uid.map(ReversedUID.make)
    let label = ReservedLabels.name
    if let claimed = source.labels[label], claimed != source.name {
      metadata.annotations[LeftOut.annotation] = LeftOut.text([
        LeftOut(
          "metadata.labels[\(label)]",
          "is the object's own name, whatever it says: \(LeftOut.shown(claimed)) is left out")
      ])
    }
    return Profile(metadata: metadata)
  }

  static var allowingProfile: Profile {
    var profile = Profile.ofEveryDatastore
    profile.metadata.resourceVersion = "0"
    return profile
  }

  private static func labels(_ metadata: KubeObjectMeta, prefix: String) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in metadata.labels { result[prefix + key] = value }
    result[prefix + ReservedLabels.name] = metadata.name
    return result
  }
}
