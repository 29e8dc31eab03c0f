// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import StoreRig

extension LabCluster {
  /// The port of a Typha's health server.
  public static let typhaHealthPort: UInt16 = 9098
  private static let typhaPort = 5473

  /// Starts Typhas, each on a machine of its own, and has agents that are started from now on use
  /// them, with certificates on both sides. With Kubernetes they are found behind the service
  /// `calico-typha`, else by their addresses. To be called after `startStore`.
  public func startTyphas(_ count: Int) throws(LabError) {
    let files = try typhaCertificates()
    for number in 1..<(1 + min(max(count, 0), 16)) {
      let host = try addHost("typha\(number)", address: "172.31.48.\(200 + number)")
      var settings = [
        "TYPHA_HEALTHENABLED": "true", "TYPHA_PROMETHEUSMETRICSENABLED": "true",
        "TYPHA_SERVERKEYFILE": files.typha.keyFile,
        "TYPHA_SERVERCERTFILE": files.typha.certificateFile, "TYPHA_CAFILE": files.authority,
        "TYPHA_CLIENTCN": "calico-node", "TYPHA_LOGFILEPATH": "none",
        "TYPHA_SHUTDOWNTIMEOUTSECS": "2",
      ]
      settings.merge(store.typhaSettings) { $1 }
      typhas.append(
        LabTypha(
          host, log: "\(folder)/\(host.name).log", environment: settings, programs: programs))
    }
    var settings = [
      "FELIX_TYPHAKEYFILE": files.node.keyFile, "FELIX_TYPHACERTFILE": files.node.certificateFile,
      "FELIX_TYPHACAFILE": files.authority, "FELIX_TYPHACN": "calico-typha",
    ]
    if hasKubernetes {
      try makeTyphaService()
      settings["FELIX_TYPHAK8SSERVICENAME"] = "calico-typha"
    } else {
      settings["FELIX_TYPHAADDR"] = typhas.map { "\($0.address):\(Self.typhaPort)" }
        .joined(separator: ",")
    }
    var store = store
    store.agentSettings.merge(settings) { $1 }
    use(store)
    for typha in typhas { try typha.start() }
    for typha in typhas { try waitUntilReady(typha) }
  }

  /// Waits until a Typha says that it is ready.
  public func waitUntilReady(_ typha: LabTypha, within seconds: Int = 60) throws(LabError) {
    try waitUntil("\(typha.name) is ready", within: seconds) { () throws(LabError) in
      guard typha.process != nil else { throw .ended(what: typha.name, last: typha.logTail()) }
      guard let answer = try typha.get(port: Self.typhaHealthPort, path: "/readiness") else {
        return "its health server does not answer: \(typha.logTail(3))"
      }
      return (200..<300).contains(answer.status) ? nil : answer.body
    }
  }

  /// The Typha that a node's agent has now, as its readiness says; nil while it has none.
  public func typha(of node: LabNode) throws(LabError) -> LabTypha? {
    let text = try node.get(port: Self.healthPort, path: "/readiness")?.body ?? ""
    return typhas.first { text.contains("note    typha: of \($0.address):\(Self.typhaPort)\n") }
  }

  private typealias TyphaCertificates = (
    authority: String, typha: CertificateAuthority.Pair, node: CertificateAuthority.Pair
  )

  private func typhaCertificates() throws(LabError) -> TyphaCertificates {
    do throws(RigError) {
      let folder = try RigFolder("typha")
      let authority = try CertificateAuthority(in: folder, name: "typha-ca")
      let pairs = (
        authority.certificateFile,
        try authority.issue("calico-typha", to: .init("calico-typha")),
        try authority.issue("calico-node", to: .init("calico-node"))
      )
      // The files are there for as long as the lab.
      typhaFiles = folder
      return pairs
    } catch {
      throw .ended(what: "making certificates", last: "\(error)")
    }
  }

  /// The service with what is behind it, since no controller here finds pods; in the form of the
  /// server of the tests.
  private func makeTyphaService() throws(LabError) {
    let endpoints = typhas.map { "- addresses: [\($0.address)]\n  conditions: {ready: true}" }
    try kubectl(
      "apply", "-f", "-",
      input: """
        apiVersion: v1
        kind: Service
        metadata: {name: calico-typha, namespace: kube-system}
        spec:
          clusterIP: None
          ports: [{name: calico-typha, port: \(Self.typhaPort), protocol: TCP}]
        ---
        apiVersion: discovery.k8s.io/v1beta1
        kind: EndpointSlice
        metadata:
          name: calico-typha-lab
          namespace: kube-system
          labels: {kubernetes.io/service-name: calico-typha}
        addressType: IPv4
        ports: [{name: calico-typha, port: \(Self.typhaPort), protocol: TCP}]
        endpoints:
        \(endpoints.joined(separator: "\n"))
        """)
  }
}
