// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite("A file that says how to reach the datastore") struct CalicoAPIConfigTests {
  private func read(_ text: String) throws -> CalicoAPIConfigSpec {
    try CalicoAPIConfig.read(Array(text.utf8), file: "calicoctl.cfg").spec
  }

  private func failure(_ text: String) -> String {
    do {
      _ = try read(text)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("is YAML or JSON, with or without metadata") func reads() throws {
    let yaml = try read(
      """
      apiVersion: projectcalico.org/v3
      kind: CalicoAPIConfig
      metadata:
      spec:
        datastoreType: "etcdv3"
        etcdEndpoints: "http://etcd1:2379,http://etcd2:2379"
        k8sInsecureSkipTLSVerify: true
        k8sClientQPS: 7.5
        k8sClientBurst: 3
      """)
    #expect(yaml.datastoreType == "etcdv3")
    #expect(yaml.etcdEndpoints == "http://etcd1:2379,http://etcd2:2379")
    #expect(yaml.k8sInsecureSkipTLSVerify == true)
    #expect(yaml.k8sClientQPS == 7.5)
    #expect(yaml.k8sClientBurst == 3)
    #expect(yaml.kubeconfig == nil)
    let json = try read(
      #"{"kind":"CalicoAPIConfig","apiVersion":"projectcalico.org/v3","spec":{"datastorePath":"/x"}}"#
    )
    #expect(json.datastorePath == "/x")
    let bare = try read("kind: CalicoAPIConfig\napiVersion: projectcalico.org/v3\n")
    #expect(bare == CalicoAPIConfigSpec())
    let named = try read(
      "kind: CalicoAPIConfig\napiVersion: projectcalico.org/v3\nmetadata: {name: x}\nspec: {}\n")
    #expect(named == CalicoAPIConfigSpec())
  }

  @Test("is refused with line and path of what is wrong") func errors() {
    let begin = "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\n"
    let unknown = failure(begin + "spec:\n  etcdEndpoint: http://x\n")
    #expect(unknown.contains("calicoctl.cfg:4:3"))
    #expect(unknown.contains("spec.etcdEndpoint"))
    #expect(unknown.contains("etcdEndpoints"), "a hint")
    #expect(failure(begin + "specs: {}\n").contains("calicoctl.cfg:3:1"))
    let number = failure(begin + "spec:\n  etcdPassword: 1234\n  k8sClientBurst: many\n")
    #expect(number.contains("calicoctl.cfg:4:3: spec.etcdPassword"))
    #expect(number.contains("calicoctl.cfg:5:3: spec.k8sClientBurst"))
    #expect(failure("kind: IPPool\napiVersion: projectcalico.org/v3\n").contains("CalicoAPIConfig"))
    #expect(failure("kind: CalicoAPIConfig\napiVersion: v1\n").contains("projectcalico.org/v3"))
    #expect(failure("spec: {}\n").contains("kind"))
    #expect(failure(begin + "spec:\n  datastoreType: [\n").contains("calicoctl.cfg:"))
    #expect(failure(begin + "---\n" + begin).contains("one document"))
    #expect(failure("").contains("calicoctl.cfg"))
    #expect(failure("just text").contains("calicoctl.cfg"))
    #expect(failure(begin + "spec:\n  etcdKey: a\n  etcdKey: b\n").contains("etcdKey"))
  }

  @Test("the environment goes before it, with CALICO_ before without") func environment() throws {
    var spec = CalicoAPIConfigSpec()
    spec.datastoreType = "etcdv3"
    spec.etcdEndpoints = "file"
    spec.etcdUsername = "file"
    spec.usePodCIDR = true
    try spec.override(from: [
      "DATASTORE_TYPE": "kubernetes", "ETCD_ENDPOINTS": "plain",
      "CALICO_ETCD_ENDPOINTS": "prefixed",
      "ETCD_USERNAME": "", "CALICO_ETCD_PASSWORD": "secret", "USE_POD_CIDR": "no",
      "CALICO_K8S_CLIENT_QPS": "2.5", "K8S_CLIENT_BURST": "4", "DATASTORE_PATH": "anybody's",
      "K8S_CURRENT_CONTEXT": "context", "etcd_key_file": "lower case",
    ])
    #expect(spec.datastoreType == "kubernetes")
    #expect(spec.etcdEndpoints == "prefixed")
    #expect(spec.etcdUsername == "file")
    #expect(spec.etcdPassword == "secret")
    #expect(spec.usePodCIDR == false)
    #expect(spec.k8sClientQPS == 2.5)
    #expect(spec.k8sClientBurst == 4)
    #expect(spec.k8sCurrentContext == "context")
    #expect(spec.etcdKeyFile == nil)
    #expect(spec.datastorePath == nil)
    try spec.override(from: ["CALICO_DATASTORE_PATH": "/x"])
    #expect(spec.datastorePath == "/x")
    try spec.override(from: ["CALICO_DATASTORE_PATH": ""])
    #expect(spec.datastorePath == "/x")
  }

  @Test(
    "a variable that cannot be read is named",
    arguments: [
      ("K8S_INSECURE_SKIP_TLS_VERIFY", "perhaps"), ("CALICO_USE_POD_CIDR", "2"),
      ("K8S_CLIENT_QPS", "fast"), ("K8S_CLIENT_QPS", "inf"), ("K8S_CLIENT_QPS", "-1"),
      ("CALICO_K8S_CLIENT_BURST", "1.5"),
    ]) func wrongVariables(_ name: String, _ value: String)
  {
    var spec = CalicoAPIConfigSpec()
    let error = #expect(throws: ConfigurationError.self) {
      try spec.override(from: [name: value])
    }
    #expect(error?.message.hasPrefix("\(name) must be") == true)
    #expect(error?.message.contains("'\(value)'") == true)
  }
}
