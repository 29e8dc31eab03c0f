// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

package import ValueTree

extension KubernetesClient {
  /// What a write or delete demands of the object as it is stored.
  package struct Preconditions: Sendable, Hashable {
    package var uid: String?
    package var revision: String?

    package init(uid: String? = nil, revision: String? = nil) {
      self.uid = uid
      self.revision = revision
    }
  }

  /// Which objects to list or watch.
  package struct Selection: Sendable, Hashable {
    /// Nil is all of them.
    package var namespace: String?
    /// `spec.nodeName=a,status.phase!=Failed`; empty is all. The server knows few fields.
    package var fields = ""
    /// `app=web,tier in (a, b)`; empty is all.
    package var labels = ""

    package init(namespace: String? = nil, fields: String = "", labels: String = "") {
      self.namespace = namespace
      self.fields = fields
      self.labels = labels
    }

    var query: [(name: String, value: String)] {
      (fields.isEmpty ? [] : [("fieldSelector", fields)])
        + (labels.isEmpty ? [] : [("labelSelector", labels)])
    }
  }

  /// What a list found.
  package struct Listing: Sendable {
    package var items: [RawObject]
    /// What to watch from.
    package var revision: String
  }

  /// Reads one object.
  package func get(
    _ resource: APIResource, namespace: String? = nil, name: String
  ) async throws(KubernetesError) -> RawObject {
    let path = resource.path(namespace: namespace, name: name)
    return try await object(KubernetesRequest(.get, path, format: resource.format))
  }

  package func create(
    _ resource: APIResource, namespace: String? = nil, _ value: Value
  ) async throws(KubernetesError) -> RawObject {
    var request = KubernetesRequest(
      .post, resource.path(namespace: namespace), format: resource.format)
    request.setBody(value)
    return try await object(request)
  }

  /// Replaces an object; the value's `metadata.resourceVersion` and `metadata.uid` are demands.
  package func replace(
    _ resource: APIResource, namespace: String? = nil, name: String, subresource: String? = nil,
    _ value: Value
  ) async throws(KubernetesError) -> RawObject {
    let path = resource.path(namespace: namespace, name: name, subresource: subresource)
    var request = KubernetesRequest(.put, path, format: resource.format)
    request.setBody(value)
    return try await object(request)
  }

  /// Changes parts of an object, or of its subresource.
  package func patch(
    _ resource: APIResource, namespace: String? = nil, name: String, subresource: String? = nil,
    _ form: KubernetesRequest.PatchForm, _ value: Value
  ) async throws(KubernetesError) -> RawObject {
    let path = resource.path(namespace: namespace, name: name, subresource: subresource)
    var request = KubernetesRequest(.patch, path, format: resource.format)
    request.setBody(value)
    request.contentType = form.rawValue
    return try await object(request)
  }

  /// Deletes an object. What the server answers (the object or a status) is of no use.
  package func delete(
    _ resource: APIResource, namespace: String? = nil, name: String,
    _ preconditions: Preconditions = Preconditions()
  ) async throws(KubernetesError) {
    var request = KubernetesRequest(.delete, resource.path(namespace: namespace, name: name))
    var demands: Value = .object([])
    if let uid = preconditions.uid { demands["uid"] = .string(uid) }
    if let revision = preconditions.revision { demands["resourceVersion"] = .string(revision) }
    var options: Value = ["kind": "DeleteOptions", "apiVersion": "v1"]
    if demands.members?.isEmpty == false { options["preconditions"] = demands }
    request.setBody(options)
    _ = try await send(request)
  }

  /// Reads all that is selected, page by page, all pages as of one moment.
  ///
  /// A page that is too large is asked for in smaller ones; a list that takes so long that the
  /// server forgets its moment is begun anew.
  package func list(
    _ resource: APIResource, _ selection: Selection = Selection()
  ) async throws(KubernetesError) -> Listing {
    var attempts = 0
    while true {
      do throws(KubernetesError) {
        return try await listOnce(resource, selection)
      } catch {
        attempts += 1
        guard error.status?.isGone == true, attempts < 3 else { throw error }
      }
    }
  }

  private func listOnce(
    _ resource: APIResource, _ selection: Selection
  ) async throws(KubernetesError) -> Listing {
    var request = KubernetesRequest(
      .get, resource.path(namespace: selection.namespace), format: resource.format)
    if resource.format == .protobuf { request.responseLimit = 64 << 20 }
    var size = max(1, options.pageSize)
    var items: [RawObject] = []
    var next = ""
    while true {
      request.query = selection.query + [("limit", "\(size)")]
      if !next.isEmpty { request.query.append(("continue", next)) }
      let page: ObjectDecoder.Page
      do throws(KubernetesError) {
        page = try ObjectDecoder.page(
          try await send(request), resource.format, of: request.name)
      } catch {
        guard case .tooLarge = error, size > 1 else { throw error }
        size = max(1, size / 8)
        continue
      }
      items += page.items
      // A server that gives the same place again would never end.
      guard !page.next.isEmpty, page.next != next else {
        return Listing(items: items, revision: page.revision)
      }
      next = page.next
    }
  }

  /// The server's version, as it names it: `v1.20.2`.
  package func serverVersion() async throws(KubernetesError) -> (major: Int, minor: Int) {
    let request = KubernetesRequest(.get, "/version")
    guard case .json(let value) = try await object(request) else {
      throw .malformed("the answer to \(request.name) cannot be read")
    }
    // Some say `25+`.
    func number(_ name: String) -> Int? {
      Int((value[name]?.string ?? "").prefix { $0.isASCII && $0.isNumber })
    }
    guard let major = number("major"), let minor = number("minor") else {
      throw .malformed("the answer to \(request.name) has no version")
    }
    return (major, minor)
  }

  /// Whether the server has a version of a group: `discovery.k8s.io`, `v1`.
  package func serves(group: String, version: String) async throws(KubernetesError) -> Bool {
    let path = APIResource(
      group: group, version: version, plural: "", isNamespaced: false, format: .json
    ).path()
    do throws(KubernetesError) {
      _ = try await send(KubernetesRequest(.get, String(path.dropLast())))
      return true
    } catch {
      if error.status?.code == 404 { return false }
      throw error
    }
  }

  private func object(_ request: KubernetesRequest) async throws(KubernetesError) -> RawObject {
    try ObjectDecoder.object(try await send(request), request.format, of: request.name)
  }
}
