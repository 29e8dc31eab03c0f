// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing

/// Command lines with their exit codes and what scripts look for in what they say, which is what they
/// look for in calicoctl: kinds and their other names (compatibility §1.1), the commands, the
/// tables and the messages (compatibility §8.1, §8.2 and §8.3).
@Suite("What scripts look for")
struct CommandTableTests {
  /// One command line.
  struct Row: CustomTestStringConvertible {
    var heading: String
    var arguments: String
    var input = ""
    var code: Int32
    var output = ""
    var error = ""

    var testDescription: String { "compatibility §\(heading): \(arguments)" }
  }

  private static func manifest(_ kind: String, _ name: String) -> String {
    "apiVersion: projectcalico.org/v3\nkind: \(kind)\nmetadata: {name: \(name)}\n"
  }

  /// On a store with nothing in it but what every one has.
  private static var empty: [Row] {
    let tables = [
      ("bgpconfig", "NAME   LOGSEVERITY   MESHENABLED   ASNUMBER"),
      ("bgpconfigs", "NAME   LOGSEVERITY"), ("bgpfilters", "NAME   NUMEXPORTV4   NUMIMPORTV4"),
      ("bgpf", "NAME"), ("bgpfs", "NAME"), ("bf", "NAME"), ("bfs", "NAME"),
      ("bgppeers", "NAME   PEERIP   NODE   ASN"), ("bgpp", "NAME   PEERIP"),
      ("bgpps", "NAME   PEERIP"), ("bp", "NAME   PEERIP"), ("bps", "NAME   PEERIP"),
      ("caliconodestatuses", "NAME   NODE"), ("nodestatus", "NAME   NODE"),
      ("nodestatuses", "NAME   NODE"),
      ("clusterinfo", "NAME   CLUSTERGUID   CLUSTERTYPE   CALICOVERSION   DATASTOREREADY"),
      ("clusterinfos", "NAME   CLUSTERGUID"), ("felixconfig", "NAME"), ("felixconfigs", "NAME"),
      ("gnp", "NAME   TIER"), ("gnps", "NAME   TIER"), ("gnetsets", "NAME"),
      ("hep", "NAME   NODE"), ("heps", "NAME   NODE"), ("HOSTENDPOINTS", "NAME   NODE"),
      ("ipp", "NAME   CIDR   SELECTOR"), ("ipps", "NAME   CIDR"), ("pool", "NAME   CIDR"),
      ("pools", "NAME   CIDR"), ("reservation", "NAME"), ("reservations", "NAME"),
      ("policy", "NAME   TIER"), ("np", "NAME   TIER"), ("policies", "NAME   TIER"),
      ("pol", "NAME   TIER"), ("pols", "NAME   TIER"), ("netsets", "NAME"), ("no", "NAME"),
      ("nos", "NAME"), ("Node", "NAME"), ("pro", "NAME"), ("pros", "NAME"),
      ("sgnp", "NAME   TIER"), ("sgnps", "NAME   TIER"), ("sknp", "NAME"), ("skpol", "NAME"),
      ("skpols", "NAME"), ("stagedkubernetespolicy", "NAME"), ("snp", "NAME   TIER"),
      ("stagedpolicy", "NAME   TIER"), ("spol", "NAME   TIER"), ("spols", "NAME   TIER"),
      ("tier", "NAME            ORDER"), ("wep", "WORKLOAD   NODE   NETWORKS   INTERFACE"),
      ("weps", "WORKLOAD   NODE"), ("WorkLoadEndpoint", "WORKLOAD   NODE"),
      ("np -A", "NAMESPACE   NAME   TIER"), ("wep -a", "NAMESPACE   WORKLOAD   NODE"),
      ("netsets -n web", "NAMESPACE   NAME"),
      ("hep -o wide", "NAME   NODE   INTERFACE   IPS   PROFILES"),
      ("gnetsets -owide", "NAME   NETS"), ("np -owide", "NAME   TIER   ORDER   SELECTOR"),
      ("nodes -owide", "NAME   ASN   IPV4   IPV6"),
      ("wep -owide", "NAME   WORKLOAD   NODE   NETWORKS   INTERFACE   PROFILES   NATS"),
      ("ippools -oyaml", "kind: IPPoolList"), ("ippools -o json", "\"kind\": \"IPPoolList\""),
    ].map { Row(heading: "8.2", arguments: "get \($0)", code: 0, output: $1) }
    let unknown = [
      "create", "apply", "replace", "delete",
    ].flatMap { verb in
      [
        Row(
          heading: "8.3", arguments: "\(verb) -f -", input: manifest("Pod", "a"), code: 1,
          error: "unknown resource type (Pod) and/or version (projectcalico.org/v3)"),
        Row(
          heading: "8.3", arguments: "\(verb) -f -", input: "a: [", code: 1,
          error: "failed to execute command: "),
        Row(heading: "8.3", arguments: "\(verb) -f -", code: 1, error: "no resources specified"),
        Row(
          heading: "8.3", arguments: "\(verb) -f - --skip-empty", code: 0,
          output: "No resources specified"),
        Row(
          heading: "8.3", arguments: "\(verb) -f - -n web", input: manifest("Tier", "t"), code: 1,
          error: "Tier is not namespaced"),
        Row(
          heading: "8.3", arguments: "\(verb) -f - -c /none", input: manifest("Tier", "t"), code: 1,
          error: "Error reading config file: /none"),
        Row(
          heading: "8.3", arguments: "\(verb) -f -",
          input: manifest("ClusterInformation", "default"),
          code: 1, error: "is not supported on"),
        Row(
          heading: "8.3", arguments: "\(verb) -f -",
          input: manifest("NetworkPolicy", "knp.default.a"),
          code: 1, error: "kubernetes network policies must be managed through the kubernetes API"),
      ]
    }
    let kinds = [
      "Tier", "GlobalNetworkSet", "NetworkSet", "Node", "Profile", "GlobalNetworkPolicy",
    ]
    let missing = kinds.flatMap { kind in
      [
        Row(
          heading: "8.3", arguments: "delete \(kind) a", code: 1,
          error: "failed to delete '\(kind)' resource: [resource does not exist: \(kind)("),
        Row(
          heading: "8.3", arguments: "delete \(kind) a b", code: 1,
          error: "failed to delete any '\(kind)' resources: [resource does not exist: \(kind)("),
        Row(
          heading: "8.3", arguments: "delete \(kind) a b --skip-not-exists", code: 0,
          output: "Successfully deleted 0 '\(kind)' resource(s)"),
        Row(
          heading: "8.3", arguments: "replace -f -", input: manifest(kind, "a"), code: 1,
          error: "failed to replace '\(kind)' resource: [resource does not exist: \(kind)("),
        Row(
          heading: "8.3", arguments: "get \(kind) a", code: 1,
          error: "failed to get resources: [resource does not exist: \(kind)("),
        Row(
          heading: "8.3", arguments: "create -f -", input: manifest(kind, "a"), code: 0,
          output: "Successfully created 1 '\(kind)' resource(s)"),
        Row(
          heading: "8.3", arguments: "apply -f -", input: manifest(kind, "a"), code: 0,
          output: "Successfully applied 1 '\(kind)' resource(s)"),
      ]
    }
    let others = [
      Row(
        heading: "8.3", arguments: "get pods", code: 1,
        error: "failed to get resources: resource type 'pods' is not supported"),
      Row(
        heading: "8.3", arguments: "delete pods a", code: 1,
        error: "resource type 'pods' is not supported"),
      Row(
        heading: "8.3", arguments: "delete tier", code: 1, error: "resource name may not be empty"),
      Row(
        heading: "8.3", arguments: "get nodes -o xml", code: 1,
        error: "unrecognized output format 'xml'"),
      Row(
        heading: "8.3", arguments: "get np -A -n web", code: 64,
        error: "cannot use both --namespace and --all-namespaces flags at the same time"),
      Row(
        heading: "8.3", arguments: "get nodes -l loud", code: 64, error: "unknown log level: loud"),
      Row(
        heading: "8.3", arguments: "ipam release --ip 10.0.0.1", code: 1,
        error: "10.0.0.1 is not "),
      Row(
        heading: "8.3", arguments: "ipam show --ip 10.0.0.1", code: 0,
        output: "10.0.0.1 is not assigned"),
      Row(
        heading: "8.3", arguments: "ipam show", code: 0, output: "| GROUPING | CIDR | IPS TOTAL |"),
      Row(
        heading: "8.3", arguments: "ipam check", code: 0,
        output: "Checking IPAM for inconsistencies..."),
      Row(
        heading: "8.3", arguments: "version", code: 1, output: "Client Version:    ",
        error: "Unable to detect installed Calico version"),
      Row(
        heading: "1.2", arguments: "delete tier kube-admin", code: 1,
        error: "The built-in tier kube-admin cannot be deleted"),
    ]
    let absent = [
      "patch np a -p {}", "patch --help", "label nodes a b=c", "convert -f -", "validate -f -",
      "validate --help", "-l info validate", "ipam split 4 --cidr 10.0.0.0/16",
      "ipam split --help", "ipam --help split", "ipam configure --strictaffinity=true",
      "node run --node-image=x", "node run --help", "node diags", "node checksystem",
      "cluster diags --since=1h", "datastore migrate-policy-names", "help foo", "help ipam split",
      "help node run", "frobnicate", "frobnicate --help", "ipam frobnicate",
    ].map {
      Row(heading: "8.1", arguments: $0, code: 64, error: "Error: unknown command \"")
    }
    let incomplete =
      ["create", "apply", "replace"].flatMap { verb in
        [
          Row(
            heading: "8.1", arguments: "\(verb) --filname x", code: 64,
            error: "Unknown option '--filname'"),
          Row(
            heading: "8.1", arguments: "\(verb) np.yaml", code: 64,
            error: "Unexpected argument 'np.yaml'"),
          Row(
            heading: "8.1", arguments: verb, code: 64,
            error: "Missing expected argument '--filename <file>'"),
          Row(
            heading: "8.3", arguments: "\(verb) -f -",
            input: "apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata: {name: a}\n",
            code: 1,
            error: "version (crd.projectcalico.org/v1): files are written as projectcalico.org/v3"),
        ]
      } + [
        Row(heading: "8.1", arguments: "get --filname x", code: 64, error: "'--filname'"),
        Row(heading: "8.1", arguments: "delete --filname x", code: 64, error: "'--filname'"),
        Row(heading: "8.1", arguments: "get", code: 64, error: "'<kind>' or '--filename <file>'"),
      ]
    let fields = [
      ("BGPPeer", "p", "{peerIP: x, asNumber: 1}", "error with field PeerIP = 'x' ("),
      ("BGPConfiguration", "node.a", "{nodeToNodeMeshEnabled: true}", "Cannot set"),
      ("IPPool", "p", "{cidr: 10.0.0.0/99}", "error with field CIDR = '10.0.0.0/99' ("),
    ].map { kind, name, spec, error in
      Row(
        heading: "8.3", arguments: "apply -f -",
        input: manifest(kind, name) + "spec: \(spec)\n", code: 1, error: error)
    }
    let columns = [
      ("tiers -o custom-columns=ORDER,NAME", "ORDER      NAME            \n"),
      ("nodes -o custom-columns=name,asn", "NAME   ASN   \n"),
      ("np -ocustom-columns=NAMESPACE,SELECTOR", "NAMESPACE   SELECTOR   \n"),
    ].map { Row(heading: "8.2", arguments: "get \($0)", code: 0, output: $1) }
    let formats = [
      (
        "custom-columns=NAME,COLOR",
        "unknown heading COLOR, valid values are: NAME, ASN, IPV4, IPV6"
      ),
      ("custom-columns=", "need to specify at least one column"),
      ("go-template={{.}}", "Go templates are not supported: use -o json"),
      ("go-template-file=x", "Go templates are not supported: use -o json"),
    ].map {
      Row(heading: "8.3", arguments: "get nodes -o \($0)", code: 1, error: $1)
    }
    return tables + unknown + missing + others + absent + incomplete + fields + columns + formats
  }

  @Test("each command line is answered as scripts expect")
  func rows() async throws {
    #expect(Self.empty.count >= 180)
    for row in Self.empty {
      let answer = await Desk().run(
        row.arguments.split(separator: " ").map(String.init), input: row.input)
      let comment: Comment = "\(row.testDescription): \(answer)"
      #expect(answer.code == row.code, comment)
      #expect(row.output.isEmpty || answer.output.contains(row.output), comment)
      #expect(row.error.isEmpty || answer.error.contains(row.error), comment)
      if row.error.hasPrefix("Error: unknown command") {
        #expect(answer.output.isEmpty, comment)
        #expect(answer.error.split(separator: "\n").count == 2, comment)
      }
      // What fails says why, and what does not has nothing to complain of.
      #expect(answer.error.isEmpty == (row.code == 0), comment)
    }
  }
}
