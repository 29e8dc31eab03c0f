// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Finds its way through a kubeconfig: a context names a cluster and a user.
struct KubeconfigReader {
  let document: Document
  let source: String
  /// Where relative paths begin.
  let folder: String

  func access(context wanted: String?) throws(KubernetesError) -> ClusterAccess {
    guard document.value.members != nil else { throw problem(ValuePath(), "must be a map") }
    let current = try text(document.value["current-context"], ValuePath([.key("current-context")]))
    guard let name = wanted ?? current, !name.isEmpty else {
      throw .configuration(
        "\(source): there is no current-context; set it with 'kubectl config use-context NAME', or "
          + "name one with K8S_CURRENT_CONTEXT")
    }
    let (context, contextPath) = try entry("contexts", name, inner: "context")
    guard let clusterName = try text(context["cluster"], contextPath.appending("cluster")) else {
      throw problem(contextPath, "the context \(name.quoted) names no cluster")
    }
    let (cluster, clusterPath) = try entry("clusters", clusterName, inner: "cluster")
    var result = try self.cluster(cluster, clusterPath)
    result.origin = "the context \(name.quoted) of \(source)"
    if let userName = try text(context["user"], contextPath.appending("user")), !userName.isEmpty {
      let (user, userPath) = try entry("users", userName, inner: "user")
      try self.user(user, userPath, &result)
    }
    return result
  }

  private func cluster(
    _ value: Value, _ path: ValuePath
  ) throws(KubernetesError) -> ClusterAccess {
    guard let server = try text(value["server"], path.appending("server")), !server.isEmpty else {
      throw problem(path, "the cluster has no server")
    }
    if value["proxy-url"]?.string?.isEmpty == false {
      throw problem(
        path.appending("proxy-url"), "proxies are not supported; use the server's own address")
    }
    var result = ClusterAccess(server: server, origin: source)
    result.authority = try material(value, path, "certificate-authority")
    result.serverName = try text(value["tls-server-name"], path.appending("tls-server-name"))
    let skips = "insecure-skip-tls-verify"
    result.skipsVerification = try flag(value[skips], path.appending(skips))
    if result.skipsVerification, result.authority != nil {
      throw problem(
        path.appending(skips), "must not be true where a certificate-authority is given")
    }
    return result
  }

  private func user(
    _ value: Value, _ path: ValuePath, _ result: inout ClusterAccess
  ) throws(KubernetesError) {
    for name in ["auth-provider", "as", "as-uid", "as-groups", "as-user-extra"] {
      guard let found = value[name], !found.isNull else { continue }
      throw problem(
        path.appending(name), "is not supported; use a certificate, token, tokenFile or exec")
    }
    let chain = try material(value, path, "client-certificate")
    let key = try material(value, path, "client-key")
    switch (chain, key) {
    case (let chain?, let key?): result.certificate = (chain, key)
    case (nil, nil): break
    case (nil, _?): throw problem(path, "there is a client-key without a client-certificate")
    case (_?, nil): throw problem(path, "there is a client-certificate without a client-key")
    }
    // In the order in which kubectl prefers them: the file, which is kept fresh, before the text.
    if let file = try text(value["tokenFile"], path.appending("tokenFile")), !file.isEmpty {
      result.bearer = .tokenFile(absolute(file))
    } else if let token = try text(value["token"], path.appending("token")), !token.isEmpty {
      result.bearer = .token(token)
    } else if let user = try text(value["username"], path.appending("username")), !user.isEmpty {
      let password = try text(value["password"], path.appending("password")) ?? ""
      result.bearer = .password(user: user, password: password)
    } else if let exec = value["exec"], !exec.isNull {
      result.bearer = .program(try program(exec, path.appending("exec")))
    }
  }

  private func program(
    _ value: Value, _ path: ValuePath
  ) throws(KubernetesError) -> CredentialProgram {
    let version = try text(value["apiVersion"], path.appending("apiVersion")) ?? ""
    let known = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]
    guard known.contains(version) else {
      throw problem(
        path.appending("apiVersion"), "must be one of \(known.joined(separator: ", "))")
    }
    guard let command = try text(value["command"], path.appending("command")), !command.isEmpty
    else { throw problem(path, "the program has no command") }
    if value["interactiveMode"]?.string == "Always" {
      throw problem(
        path.appending("interactiveMode"), "programs that ask people are not supported")
    }
    // A bare name is looked for in PATH.
    var program = CredentialProgram(
      apiVersion: version, command: command.contains("/") ? absolute(command) : command)
    for (index, argument) in (value["args"]?.array ?? []).enumerated() {
      let place = path.appending("args").appending(index)
      program.arguments.append(try text(argument, place) ?? "")
    }
    for (index, pair) in (value["env"]?.array ?? []).enumerated() {
      let place = path.appending("env").appending(index)
      guard let name = try text(pair["name"], place.appending("name")), !name.isEmpty else {
        throw problem(place, "the variable has no name")
      }
      program.environment[name] = try text(pair["value"], place.appending("value")) ?? ""
    }
    program.installHint = try text(value["installHint"], path.appending("installHint")) ?? ""
    let wants = "provideClusterInfo"
    program.wantsCluster = try flag(value[wants], path.appending(wants))
    return program
  }

  /// The entry of that name in one of the three lists.
  private func entry(
    _ list: String, _ name: String, inner: String
  ) throws(KubernetesError) -> (Value, ValuePath) {
    let entries = document.value[list]?.array ?? []
    guard let index = entries.firstIndex(where: { $0["name"]?.string == name }) else {
      let names = entries.compactMap { $0["name"]?.string }.prefix(20).joined(separator: ", ")
      throw problem(
        ValuePath([.key(list)]),
        "there is no \(inner) \(name.quoted); there are: \(names.isEmpty ? "none" : names)")
    }
    let path = ValuePath([.key(list), .index(index), .key(inner)])
    guard let value = entries[index][inner], value.members != nil else {
      throw problem(path, "must be a map")
    }
    return (value, path)
  }

  /// `<name>-data` in base64, else the file `<name>`.
  private func material(
    _ value: Value, _ path: ValuePath, _ name: String
  ) throws(KubernetesError) -> Material? {
    let inline = "\(name)-data"
    if let data = try text(value[inline], path.appending(inline)), !data.isEmpty {
      guard let bytes = Base64.decode(data) else {
        throw problem(path.appending(inline), "is no base64")
      }
      return .bytes(bytes, source: "\(inline) of \(source)")
    }
    guard let file = try text(value[name], path.appending(name)), !file.isEmpty else { return nil }
    return .file(absolute(file))
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(folder)/\(path)"
  }

  private func text(_ value: Value?, _ path: ValuePath) throws(KubernetesError) -> String? {
    guard let value, !value.isNull else { return nil }
    guard let text = value.string else { throw problem(path, "must be text") }
    return text
  }

  private func flag(_ value: Value?, _ path: ValuePath) throws(KubernetesError) -> Bool {
    guard let value, !value.isNull else { return false }
    guard let flag = value.bool else { throw problem(path, "must be true or false") }
    return flag
  }

  private func problem(_ path: ValuePath, _ message: String) -> KubernetesError {
    .configuration("\(document.error(at: path, message))")
  }
}
