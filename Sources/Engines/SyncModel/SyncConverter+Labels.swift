// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// Labels that tell the truth: what follows from an object and what is inherited from a namespace or
/// a service account cannot be claimed by whoever may set labels or name profiles.
extension SyncConverter {
  static func labels(
    of endpoint: WorkloadEndpoint, _ found: inout Findings
  ) -> [String: String] {
    let spec = endpoint.spec
    var derived = derivedLabels(namespace: endpoint.metadata.namespace ?? "")
    if !spec.orchestrator.isEmpty { derived[ReservedLabels.orchestrator] = spec.orchestrator }
    let account = spec.serviceAccountName
    if !account.isEmpty {
      derived[ReservedLabels.serviceAccountPrefix + ReservedLabels.name] = account
      if account.utf8.count <= SelectorCompletion.longestAccountLabel {
        derived[ReservedLabels.serviceAccount] = account
      }
    }
    // What a pod claims was left out when the endpoint was made from it.
    let claims = endpoint.metadata.annotations[ReservedLabels.claimsAnnotation] ?? ""
    return labels(
      ownLabels(endpoint.metadata), derived: derived, &found,
      claims: claims.split(separator: ",").map(String.init))
  }

  /// What is known of everything in a namespace, also while its profile is not stored.
  static func derivedLabels(namespace: String) -> [String: String] {
    [
      ReservedLabels.namespace: namespace,
      ReservedLabels.namespacePrefix + ReservedLabels.name: namespace,
    ]
  }

  /// An object's own labels: what is derived, and of what is set whatever has no reserved name.
  ///
  /// - Parameter claims: labels that had reserved names and are no longer among those that are set.
  static func labels(
    _ set: [String: String], derived: [String: String], _ found: inout Findings,
    claims: [String] = []
  ) -> [String: String] {
    var labels = set
    var claims = claims
    for (name, value) in set where ReservedLabels.contains(name) && derived[name] != value {
      labels[name] = nil
      claims.append(name)
    }
    labels.merge(derived) { _, derived in derived }
    report(claims, at: "metadata.labels", &found)
    return labels
  }

  /// The texts of a list of which not every element is one, and so none was read: they stay what
  /// they are without the others.
  static func texts(_ name: String, in unknown: [UnknownMember]) -> [String] {
    guard let list = unknown.first(where: { $0.key == name })?.value.array else { return [] }
    return list.compactMap(\.string)
  }

  /// The same of a map. A label that is lost would free what it is on from the rules that deny it, and
  /// give it to those that allow what has none: what is no text has the text that it is written with.
  static func labels(_ name: String, in unknown: [UnknownMember]) -> [String: String] {
    var labels: [String: String] = [:]
    for member in unknown.first(where: { $0.key == name })?.value.members ?? [] {
      labels[member.key] =
        switch member.value {
        case .string(let text): text
        case .bool(let value): "\(value)"
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .null, .array, .object: ""
        }
    }
    return labels
  }

  /// The labels that are set on an object.
  static func ownLabels(_ metadata: Metadata) -> [String: String] {
    metadata.labels.isEmpty ? labels("labels", in: metadata.unknown) : metadata.labels
  }

  /// The labels that a profile gives.
  static func labels(of profile: Profile, _ found: inout Findings) -> [String: String] {
    let set =
      profile.spec.labelsToApply.isEmpty
      ? labels("labelsToApply", in: profile.spec.unknown) : profile.spec.labelsToApply
    let labels = set.filter { ProfileName.gives(profile.metadata.name, $0.key, $0.value) }
    if labels.count < set.count {
      report(set.keys.filter { labels[$0] == nil }, at: "spec.labelsToApply", &found)
    }
    return labels
  }

  /// The profiles whose labels something inherits, in order: those that it names, but of the profiles
  /// of namespaces and service accounts only its own, and these even if it does not name them.
  ///
  /// - Parameters:
  ///   - namespace: nil for what is in none.
  ///   - account: empty for none.
  static func labelProfiles(
    _ named: [String], namespace: String?, account: String, _ found: inout Findings
  ) -> [String] {
    var own: [String] = []
    if let namespace {
      own.append(ProfileName.namespace(namespace))
      if !account.isEmpty { own.append(ProfileName.serviceAccount(account, in: namespace)) }
    }
    let foreign = named.indices.filter { index in
      ProfileName.isDerived(named[index]) && !own.contains(named[index])
    }
    for index in foreign {
      found.wrong(
        "spec.profiles[\(index)]",
        "\(named[index].debugDescription) is of another namespace or service account: its rules "
          + "apply, its labels are not inherited")
    }
    let missing = own.filter { !named.contains($0) }
    // Mostly the list as it is, and then without a copy.
    if foreign.isEmpty, missing.isEmpty { return named }
    return named.indices.filter { !foreign.contains($0) }.map { named[$0] } + missing
  }

  private static func report(_ claims: [String], at path: String, _ found: inout Findings) {
    if claims.isEmpty { return }
    let shown = claims.sorted().prefix(4).map(\.debugDescription).joined(separator: ", ")
    let more = claims.count > 4 ? " and \(claims.count - 4) more" : ""
    found.wrong(
      path,
      "\(shown)\(more): such labels follow from namespace, service account and orchestrator and "
        + "cannot be set; left out")
  }
}
