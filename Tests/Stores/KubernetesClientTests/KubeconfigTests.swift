// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import StoreRig
import Testing

@testable import KubernetesClient

@Suite("A kubeconfig") struct KubeconfigTests {
  private static let text = """
    apiVersion: v1
    kind: Config
    preferences: {}
    current-context: prod
    contexts:
    - name: prod
      context: {cluster: main, user: admin, namespace: web}
    - name: test
      context: {cluster: lab, user: robot}
    - name: cloud
      context: {cluster: lab, user: helper}
    - name: nobody
      context: {cluster: lab}
    - name: broken
      context: {cluster: gone, user: admin}
    clusters:
    - name: main
      cluster:
        server: https://10.0.0.1:6443
        certificate-authority-data: aGVsbG8=
        tls-server-name: kubernetes
    - name: lab
      cluster:
        server: https://lab:6443/prefix
        certificate-authority: pki/ca.crt
    users:
    - name: admin
      user:
        client-certificate-data: Y2hhaW4=
        client-key-data: a2V5
    - name: robot
      user:
        client-certificate: /abs/robot.crt
        client-key: robot.key
        tokenFile: robot.token
        token: ignored
    - name: helper
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1beta1
          command: ./bin/helper
          args: [get, --cluster, lab]
          env: [{name: A, value: b}]
          installHint: install helper
          provideClusterInfo: true

    """

  private func access(
    _ context: String? = nil, text: String = text
  ) throws(KubernetesError) -> ClusterAccess {
    try .kubeconfig(
      Array(text.utf8), source: "config", folder: "/etc/kube", context: context)
  }

  private func message(_ context: String? = nil, text: String = text) -> String {
    do {
      return "read \(try access(context, text: text).server)"
    } catch {
      return "\(error)"
    }
  }

  @Test("leads by its current context to a server and certificates") func current() throws {
    let found = try access()
    #expect(found.server == "https://10.0.0.1:6443")
    #expect(found.serverName == "kubernetes")
    #expect(found.origin == "the context 'prod' of config")
    guard case .bytes(let authority, _) = found.authority else {
      Issue.record("the authority is not inline")
      return
    }
    #expect(authority == Array("hello".utf8))
    #expect(found.certificate?.chain.path == nil && found.bearer == nil)
  }

  @Test("leads by another context to files, relative to its own folder") func files() throws {
    let found = try access("test")
    #expect(found.server == "https://lab:6443/prefix")
    #expect(found.authority == .file("/etc/kube/pki/ca.crt"))
    #expect(found.certificate?.chain == .file("/abs/robot.crt"))
    #expect(found.certificate?.key == .file("/etc/kube/robot.key"))
    guard case .tokenFile("/etc/kube/robot.token") = found.bearer else {
      Issue.record("the token is not that of the file")
      return
    }
    #expect(try access("nobody").bearer == nil)
  }

  @Test("names a program that gives credentials") func program() throws {
    guard case .program(let program) = try access("cloud").bearer else {
      Issue.record("there is no program")
      return
    }
    #expect(program.command == "/etc/kube/./bin/helper")
    #expect(program.arguments == ["get", "--cluster", "lab"])
    #expect(program.environment == ["A": "b"])
    #expect(program.installHint == "install helper" && program.wantsCluster)
  }

  @Test("says where it is wrong and what is allowed") func problems() {
    #expect(message("broken").contains("there is no cluster 'gone'; there are: main, lab"))
    #expect(message("nowhere").contains("there are: prod, test, cloud, nobody, broken"))
    #expect(message(text: "[]").contains("must be a map"))
    #expect(message(text: "a: b\n").contains("there is no current-context"))
    #expect(message(text: "a: [").hasPrefix("the kubeconfig cannot be read: config:"))
    let changed = [
      ("aGVsbG8=", "hello!", "config:20:", "is no base64"),
      ("client-key-data: a2V5", "x: y", "config:28:", "without a client-key"),
      ("tls-server-name: kubernetes", "insecure-skip-tls-verify: true", "config:21:", "must not"),
      ("tls-server-name: kubernetes", "proxy-url: http://p", "config:21:", "not supported"),
      ("client-key-data: a2V5", "client-key-data: a2V5\n    as: root", "config:31:", "as"),
      ("server: https://10.0.0.1:6443", "server: 7", "config:19:", "must be text"),
    ]
    for (old, new, place, words) in changed {
      let text = message(text: Self.text.replacing(old, with: new))
      #expect(text.contains(place) && text.contains(words), "\(new): \(text)")
    }
    let old = Self.text.replacing("io/v1beta1", with: "io/v1alpha1")
    #expect(message("cloud", text: old).contains("must be one of client.authentication.k8s.io/v1"))
  }

  @Test("that is not there is named") func missing() {
    do {
      _ = try ClusterAccess.kubeconfig(file: "/nonexistent/config")
      Issue.record("it was read")
    } catch {
      #expect(
        "\(error)"
          == "cannot read the kubeconfig /nonexistent/config: No such file or directory")
    }
  }

  @Test("is not needed in a pod") func pod() throws {
    let folder = try RigFolder("account")
    let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
    #expect(ClusterAccess.inCluster(environment: environment, folder: folder.path) == nil)
    try folder.write("token", to: "token")
    try folder.write("ca", to: "ca.crt")
    let found = try #require(
      ClusterAccess.inCluster(environment: environment, folder: folder.path))
    #expect(found.server == "https://[fd00::1]:443")
    #expect(found.authority == .file("\(folder.path)/ca.crt"))
    #expect(ClusterAccess.inCluster(environment: [:], folder: folder.path) == nil)
  }
}
