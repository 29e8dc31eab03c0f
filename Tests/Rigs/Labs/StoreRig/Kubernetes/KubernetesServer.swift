// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import ValueTree

/// A real Kubernetes API server, on 127.0.0.1 unless told otherwise, with an etcd of its own, TLS, role-based
/// access control, credentials for every user and an audit log.
///
/// Nothing of it is left when the object goes, nor when this process ends in whatever way.
public final class KubernetesServer: Sendable {
  /// What differs from test to test.
  public struct Options: Sendable {
    /// Whether namespaces end when they are deleted, and get service accounts, and services get
    /// endpoints: a controller manager does these and nothing else.
    public var runsControllers = true
    /// Flags of kube-apiserver that are added.
    public var flags: [String] = []
    /// Bytes that its etcd takes, at most.
    public var storeLimit = 4 << 30
    /// Where it and kubectl run.
    public var place: RigPlace = .loopback

    public init(
      runsControllers: Bool = true, flags: [String] = [], storeLimit: Int = 4 << 30,
      place: RigPlace = .loopback
    ) {
      self.runsControllers = runsControllers
      self.flags = flags
      self.storeLimit = storeLimit
      self.place = place
    }
  }

  struct Processes: Sendable {
    var apiServer: ServerProcess?
    var controllers: ServerProcess?
  }

  public let programs: KubernetesPrograms
  public let options: Options
  public let folder: RigFolder
  public let authority: CertificateAuthority
  /// Of the API server.
  public let port: UInt16
  /// What it keeps its objects in.
  public let etcd: EtcdServer
  let processes = Mutex(Processes())
  private let credentials: [KubernetesUser: CertificateAuthority.Pair]
  private let serving: CertificateAuthority.Pair
  private let accountKeys: CertificateAuthority.Pair

  /// `https://address:port`
  public var url: String { "https://\(options.place.address):\(port)" }
  public var apiServerLog: String { folder.file("kube-apiserver.log") }

  /// Starts a server and waits until it is ready.
  ///
  /// Errors: the programs are missing, or a server does not come up; with the last lines of its log.
  public init(_ options: Options = Options()) async throws(RigError) {
    self.options = options
    programs = try KubernetesPrograms()
    folder = try RigFolder("kubernetes")
    authority = try CertificateAuthority(in: folder)
    serving = try authority.issue(
      "server",
      to: .init(
        "kube-apiserver", hosts: [options.place.address, "localhost", "kubernetes.default.svc"]))
    var pairs: [KubernetesUser: CertificateAuthority.Pair] = [:]
    for user in KubernetesUser.allCases {
      pairs[user] = try authority.issue(
        user.rawValue, to: .init(user.userName, organizations: user.groups))
    }
    credentials = pairs
    accountKeys = try authority.issueKeys("accounts")
    port = try RigPort.free()
    etcd = try await EtcdServer.start(
      EtcdServer.Options(
        flags: ["--quota-backend-bytes", "\(options.storeLimit)"], place: options.place))
    try folder.write(Self.auditPolicy, to: "audit-policy.yaml")
    let lines = KubernetesUser.allCases.map { user in
      "\(token(of: user)),\(user.userName),\(user.rawValue),\"\(user.groups.joined(separator: ","))\""
    }
    try folder.write(lines.joined(separator: "\n") + "\n", to: "tokens.csv")
    for user in KubernetesUser.allCases {
      try folder.write(
        YAML.encode(kubeconfig(user, certificate: true)), to: "\(user.rawValue).kubeconfig")
      try folder.write(
        YAML.encode(kubeconfig(user, certificate: false)), to: "\(user.rawValue).token.kubeconfig")
    }
    try await start()
  }

  /// The client certificate of a user, with its key.
  public func credentials(of user: KubernetesUser) -> CertificateAuthority.Pair {
    credentials[user] ?? serving
  }

  /// The bearer token of a user.
  public func token(of user: KubernetesUser) -> String { "token-of-\(user.rawValue)" }

  /// The kubeconfig file of a user, with a client certificate, or with a token.
  public func kubeconfigFile(
    of user: KubernetesUser = .administrator, token: Bool = false
  ) -> String {
    folder.file(user.rawValue + (token ? ".token.kubeconfig" : ".kubeconfig"))
  }

  private func kubeconfig(_ user: KubernetesUser, certificate: Bool) -> Value {
    let pair = credentials(of: user)
    let secrets: Value =
      certificate
      ? [
        "client-certificate": .string(pair.certificateFile), "client-key": .string(pair.keyFile),
      ] : ["token": .string(token(of: user))]
    return [
      "apiVersion": "v1", "kind": "Config",
      "clusters": [
        [
          "name": "rig",
          "cluster": [
            "server": .string(url), "certificate-authority": .string(authority.certificateFile),
          ],
        ]
      ],
      "users": [["name": .string(user.rawValue), "user": secrets]],
      "contexts": [
        ["name": "rig", "context": ["cluster": "rig", "user": .string(user.rawValue)]]
      ],
      "current-context": "rig",
    ]
  }

  /// What the API server is started with.
  var apiServerCommand: ServerProcess.Command {
    let words =
      [
        programs.apiServer, "--etcd-servers=\(etcd.endpoint)",
        "--bind-address=\(options.place.address)", "--secure-port=\(port)",
        "--advertise-address=\(options.place.address)",
        // Nobody looks for the server in its own service, whose endpoint may not be loopback.
        "--endpoint-reconciler-type=none",
        "--tls-cert-file=\(serving.certificateFile)", "--tls-private-key-file=\(serving.keyFile)",
        "--client-ca-file=\(authority.certificateFile)",
        "--token-auth-file=\(folder.file("tokens.csv"))", "--authorization-mode=RBAC",
        "--anonymous-auth=false",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=\(accountKeys.certificateFile)",
        "--service-account-signing-key-file=\(accountKeys.keyFile)",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--audit-policy-file=\(folder.file("audit-policy.yaml"))",
        // The request waits for its line: who has the answer finds it in the log.
        "--audit-log-path=\(auditLogFile)", "--audit-log-mode=blocking",
        "--cert-dir=\(folder.path)", "--profiling=false",
      ] + options.flags
    return ServerProcess.Command(
      options.place.command(words), log: apiServerLog, folder: folder.path)
  }

  var controllersCommand: ServerProcess.Command {
    let words = [
      programs.controllerManager, "--kubeconfig=\(kubeconfigFile())",
      "--controllers=namespace,serviceaccount,serviceaccount-token,endpoint,endpointslice",
      "--service-account-private-key-file=\(accountKeys.keyFile)",
      "--root-ca-file=\(authority.certificateFile)", "--leader-elect=false", "--port=0",
      "--secure-port=0", "--kube-api-qps=200", "--kube-api-burst=400",
      "--namespace-sync-period=5s",
    ]
    return ServerProcess.Command(
      options.place.command(words), log: folder.file("kube-controller-manager.log"),
      folder: folder.path)
  }

  /// Everything is logged but what the administrator and the server's own parts do.
  private static let auditPolicy = """
    apiVersion: audit.k8s.io/v1
    kind: Policy
    omitStages: [RequestReceived]
    rules:
    - level: None
      users: [kubernetes-admin, "system:apiserver"]
    - level: Metadata

    """
}
