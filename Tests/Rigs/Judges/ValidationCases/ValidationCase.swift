// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

/// An object and what Calico says of it, as docs/compatibility has it. How that is found out is not
/// part of a case: files and API servers are asked the same.
public struct ValidationCase: Sendable, CustomStringConvertible {
  public enum Verdict: Sendable, Hashable {
    case valid
    /// Refused; the text of the refusal, with the place before it, has this in it.
    case invalid(String)
    /// Valid, and then stored with these members of the spec, in YAML.
    case stored(String)
  }

  public let kind: Kind
  /// The name of the object.
  public let name: String
  /// The members of the metadata besides name and namespace, as flow YAML without the braces.
  public let metadata: String
  /// The members of the spec, as flow YAML without the braces.
  public let spec: String
  public let verdict: Verdict
  /// Where in docs/compatibility it is said.
  public let citation: String
  /// Why an API server that has our definitions gives the other verdict; nil where it does not.
  public let onlyInFiles: String?

  /// The whole object in YAML.
  public var yaml: String {
    let namespace = kind.isNamespaced ? ", namespace: ns" : ""
    let more = metadata.isEmpty ? "" : ", \(metadata)"
    return """
      apiVersion: projectcalico.org/v3
      kind: \(kind.rawValue)
      metadata: {name: "\(name)"\(namespace)\(more)}
      spec: {\(spec)}

      """
  }

  public var description: String {
    "\(kind.rawValue) \(name) {\(metadata)} {\(spec)} (\(citation))"
  }

  /// All of them.
  public static let all =
    pools + reservations + bgpConfigurations + peers + filters + agents + controllers + rules
    + policies + staged + sets + hostEndpoints + workloadEndpoints + profiles + tiers + nodes
    + records + names + ipamRecords + generated + written + networks + bgpValues + hostValues
    + settings + ruleValues + kubernetesRules

  // MARK: - What definitions cannot say

  static let syntax = "no expression of a server reads brackets inside brackets"
  static let cost = "the rule costs more than a server allows in lists of this length"
  static let nameRule = "the rule costs more than a server allows for a name without a limit"
  static let unknownField = "definitions keep the fields that they do not know"
  static let otherCase = "servers know fields by their exact names"
  static let record = "of IPAM's records types alone are asked, as a refused write loses addresses"
  static let hiddenMetadata = "rules see nothing of the metadata but the name"
  static let otherAlphabet = "servers take a sign outside ASCII for the small letter that it has"

  /// One line of a table: what its object has besides what all lines of the table have.
  struct Row {
    var name: String?
    var metadata = ""
    var spec = ""
    var verdict = Verdict.valid
    var onlyInFiles: String?

    static func ok(
      _ spec: String, name: String? = nil, metadata: String = "", onlyInFiles: String? = nil
    ) -> Row {
      Row(name: name, metadata: metadata, spec: spec, onlyInFiles: onlyInFiles)
    }

    static func bad(
      _ spec: String, _ message: String, name: String? = nil, metadata: String = "",
      onlyInFiles: String? = nil
    ) -> Row {
      Row(
        name: name, metadata: metadata, spec: spec, verdict: .invalid(message),
        onlyInFiles: onlyInFiles)
    }

    static func stored(_ spec: String, _ result: String, name: String? = nil) -> Row {
      Row(name: name, spec: spec, verdict: .stored(result))
    }
  }

  /// - Parameter base: what every row's spec begins with.
  static func table(
    _ kinds: [Kind], _ citation: String, name: String = "x", base: String = "", _ rows: [Row]
  ) -> [ValidationCase] {
    kinds.flatMap { kind in
      rows.map { row in
        ValidationCase(
          kind: kind, name: row.name ?? name, metadata: row.metadata,
          spec: [base, row.spec].filter { !$0.isEmpty }.joined(separator: ", "),
          verdict: row.verdict, citation: citation, onlyInFiles: row.onlyInFiles)
      }
    }
  }
}
