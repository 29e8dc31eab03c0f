// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
public import ValueTree

/// The fields of a `CalicoAPIConfig`. A field that is nil was not given.
public struct CalicoAPIConfigSpec: Described {
  public var datastoreType, datastorePath: String?
  public var etcdEndpoints, etcdDiscoverySrv, etcdUsername, etcdPassword: String?
  public var etcdKeyFile, etcdCertFile, etcdCACertFile: String?
  public var etcdKey, etcdCert, etcdCACert: String?
  public var kubeconfig, kubeconfigInline, k8sAPIEndpoint, k8sAPIToken: String?
  public var k8sKeyFile, k8sCertFile, k8sCAFile, k8sCurrentContext, calicoAPIGroup: String?
  public var k8sInsecureSkipTLSVerify, k8sDisableNodePoll, usePodCIDR: Bool?
  public var k8sClientQPS: Double?
  public var k8sClientBurst: Int?
  public var unknown: [Value.Member] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("datastoreType", &datastoreType, doc: "local, etcdv3 or kubernetes.")
    v.optional("datastorePath", &datastorePath, doc: "The file of a local datastore.")
    v.optional("etcdEndpoints", &etcdEndpoints, doc: "Comma-separated URLs of etcd's servers.")
    v.optional(
      "etcdDiscoverySrv", &etcdDiscoverySrv, doc: "The domain whose SRV records name them.")
    v.optional("etcdUsername", &etcdUsername, doc: "The user.")
    v.optional("etcdPassword", &etcdPassword, doc: "The user's password.")
    v.optional("etcdKeyFile", &etcdKeyFile, doc: "The file of the client's key.")
    v.optional("etcdCertFile", &etcdCertFile, doc: "The file of the client's certificate.")
    v.optional("etcdCACertFile", &etcdCACertFile, doc: "The file of the authority's certificate.")
    v.optional("etcdKey", &etcdKey, doc: "The client's key itself.")
    v.optional("etcdCert", &etcdCert, doc: "The client's certificate itself.")
    v.optional("etcdCACert", &etcdCACert, doc: "The authority's certificate itself.")
    v.optional("kubeconfig", &kubeconfig, doc: "The file that says how to reach Kubernetes.")
    v.optional("kubeconfigInline", &kubeconfigInline, doc: "The text of such a file.")
    v.optional("k8sAPIEndpoint", &k8sAPIEndpoint, doc: "The URL of Kubernetes' API.")
    v.optional("k8sAPIToken", &k8sAPIToken, doc: "The token to authenticate with.")
    v.optional("k8sKeyFile", &k8sKeyFile, doc: "The file of the client's key.")
    v.optional("k8sCertFile", &k8sCertFile, doc: "The file of the client's certificate.")
    v.optional("k8sCAFile", &k8sCAFile, doc: "The file of the authority's certificate.")
    v.optional("k8sCurrentContext", &k8sCurrentContext, doc: "The context of the kubeconfig.")
    v.optional("calicoAPIGroup", &calicoAPIGroup, doc: "The API group of Calico's resources.")
    v.optional(
      "k8sInsecureSkipTLSVerify", &k8sInsecureSkipTLSVerify,
      doc: "Whether anybody may pose as the server.")
    v.optional("k8sDisableNodePoll", &k8sDisableNodePoll, doc: "Whether nodes are not polled.")
    v.optional("usePodCIDR", &usePodCIDR, doc: "Whether addresses come from the nodes' podCIDR.")
    v.optional("k8sClientQPS", &k8sClientQPS, doc: "Requests a second at most.")
    v.optional("k8sClientBurst", &k8sClientBurst, doc: "Requests at once at most.")
    v.rest(&unknown)
  }

  /// Takes what the environment says, which goes before a file. Each variable is also known with
  /// `CALICO_` before its name, and that goes first. Empty variables do not count.
  ///
  /// Errors: the variable whose value is not what it must be.
  public mutating func override(
    from environment: [String: String]
  ) throws(ConfigurationError) {
    func variable(_ name: String) -> (name: String, value: String)? {
      for name in ["CALICO_\(name)", name] {
        if let value = environment[name], !value.isEmpty { return (name, value) }
      }
      return nil
    }
    for (name, path) in Self.textVariables {
      if let found = variable(name) { self[keyPath: path] = found.value }
    }
    for (name, path) in Self.switchVariables {
      guard let found = variable(name) else { continue }
      guard let value = SettingCodec.bool.read(found.value) else {
        throw ConfigurationError("\(found.name) must be true or false, is \(found.value.quoted)")
      }
      self[keyPath: path] = value
    }
    if let found = variable("K8S_CLIENT_QPS") {
      guard let value = Double(found.value), value.isFinite, value >= 0 else {
        throw ConfigurationError("\(found.name) must be a number, is \(found.value.quoted)")
      }
      k8sClientQPS = value
    }
    if let found = variable("K8S_CLIENT_BURST") {
      guard let value = Int(found.value), value >= 0 else {
        throw ConfigurationError("\(found.name) must be a whole number, is \(found.value.quoted)")
      }
      k8sClientBurst = value
    }
    // Without its prefix this name would be anybody's.
    if let path = environment["CALICO_DATASTORE_PATH"], !path.isEmpty { datastorePath = path }
  }

  private static var textVariables: [(String, WritableKeyPath<CalicoAPIConfigSpec, String?>)] {
    [
      ("DATASTORE_TYPE", \.datastoreType), ("ETCD_ENDPOINTS", \.etcdEndpoints),
      ("ETCD_DISCOVERY_SRV", \.etcdDiscoverySrv), ("ETCD_USERNAME", \.etcdUsername),
      ("ETCD_PASSWORD", \.etcdPassword), ("ETCD_KEY_FILE", \.etcdKeyFile),
      ("ETCD_CERT_FILE", \.etcdCertFile), ("ETCD_CA_CERT_FILE", \.etcdCACertFile),
      ("KUBECONFIG", \.kubeconfig), ("K8S_API_ENDPOINT", \.k8sAPIEndpoint),
      ("K8S_TOKEN", \.k8sAPIToken), ("K8S_API_TOKEN", \.k8sAPIToken),
      ("K8S_KEY_FILE", \.k8sKeyFile),
      ("K8S_CERT_FILE", \.k8sCertFile), ("K8S_CA_FILE", \.k8sCAFile),
      ("K8S_CURRENT_CONTEXT", \.k8sCurrentContext), ("CALICO_API_GROUP", \.calicoAPIGroup),
    ]
  }

  private static var switchVariables: [(String, WritableKeyPath<CalicoAPIConfigSpec, Bool?>)] {
    [
      ("K8S_INSECURE_SKIP_TLS_VERIFY", \.k8sInsecureSkipTLSVerify),
      ("K8S_DISABLE_NODE_POLL", \.k8sDisableNodePoll), ("USE_POD_CIDR", \.usePodCIDR),
    ]
  }
}
