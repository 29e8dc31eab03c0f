// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import KubernetesClient
import KubernetesDatastore
import Settings
import ValueTree

extension DatastoreConfiguration {
  /// Whether this host says by itself how to reach a Kubernetes API, and where; nil when it does not.
  static func foundKubernetes(_ environment: [String: String]) -> String? {
    if ClusterAccess.inCluster(environment: environment) != nil {
      return "this is a pod with a service account"
    }
    guard let file = homeKubeconfig(environment) else { return nil }
    return "there is \(file)"
  }

  private static func homeKubeconfig(_ environment: [String: String]) -> String? {
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    let file = home == "/" ? "/.kube/config" : "\(home)/.kube/config"
    return access(file, R_OK) == 0 ? file : nil
  }

  /// How to reach the API: a kubeconfig, an address, the pod's service account, or the kubeconfig of
  /// the user's home, the first that there is. What is said by itself goes before what a kubeconfig
  /// says.
  func clusterAccess(_ environment: [String: String]) throws(KubernetesError) -> ClusterAccess {
    let context = spec.k8sCurrentContext?.nonEmpty
    var result: ClusterAccess
    if let text = spec.kubeconfigInline?.nonEmpty {
      result = try .kubeconfig(
        Array(text.utf8), source: "kubeconfigInline", folder: "/", context: context)
    } else if let file = spec.kubeconfig?.nonEmpty {
      result = try .kubeconfig(file: file, context: context)
    } else if let server = spec.k8sAPIEndpoint?.nonEmpty {
      result = ClusterAccess(server: server, origin: "K8S_API_ENDPOINT")
    } else if let found = ClusterAccess.inCluster(environment: environment) {
      result = found
    } else if let file = Self.homeKubeconfig(environment) {
      result = try .kubeconfig(file: file, context: context)
    } else {
      throw .configuration(
        "nothing says how to reach the Kubernetes API (\(reason)): set KUBECONFIG to a kubeconfig, or "
          + "K8S_API_ENDPOINT to the server's URL. For a datastore in a file set DATASTORE_TYPE=local"
      )
    }
    if let server = spec.k8sAPIEndpoint?.nonEmpty { result.server = server }
    if let file = spec.k8sCAFile?.nonEmpty { result.authority = .file(file) }
    switch (spec.k8sCertFile?.nonEmpty, spec.k8sKeyFile?.nonEmpty) {
    case (let chain?, let key?): result.certificate = (.file(chain), .file(key))
    case (nil, nil): break
    default:
      throw .configuration("K8S_CERT_FILE and K8S_KEY_FILE need each other: set both or none")
    }
    if let token = spec.k8sAPIToken?.nonEmpty { result.bearer = .token(token) }
    if spec.k8sInsecureSkipTLSVerify == true {
      result.skipsVerification = true
      result.authority = nil
    }
    result.origin += "; \(reason)"
    return result
  }

  /// Opens the datastore in the Kubernetes API; nothing is sent yet.
  func openKubernetes(
    _ environment: [String: String]
  ) throws(DatastoreError) -> any Datastore {
    let access: ClusterAccess
    do throws(KubernetesError) {
      access = try clusterAccess(environment)
    } catch {
      throw .failed("\(error)")
    }
    if let group = spec.calicoAPIGroup?.nonEmpty, group != "crd.projectcalico.org/v1" {
      throw .failed(
        "CALICO_API_GROUP (calicoAPIGroup) must be crd.projectcalico.org/v1, is \(group.quoted); other "
          + "groups are not supported")
    }
    return try KubernetesDatastore(access, options: kubernetesOptions(environment))
  }

  /// How often the server may be asked, and how pods' interfaces are named: by the first of the agent's
  /// prefixes.
  func kubernetesOptions(_ environment: [String: String]) -> KubernetesDatastore.Options {
    var options = KubernetesDatastore.Options()
    options.client.userAgent = "calico-in-swift/\(BuildVersion.version)"
    if let limit = spec.k8sClientQPS, limit > 0 { options.client.requestsPerSecond = limit }
    if let burst = spec.k8sClientBurst, burst > 0 { options.client.burst = burst }
    let prefixes = environment["FELIX_INTERFACEPREFIX"]?.split(separator: ",") ?? []
    if let prefix = prefixes.first, !prefix.isEmpty { options.interfacePrefix = String(prefix) }
    return options
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
