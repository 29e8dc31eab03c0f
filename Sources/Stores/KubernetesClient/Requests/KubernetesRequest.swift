// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// One call of the API.
package struct KubernetesRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  /// The forms of a patch.
  package enum PatchForm: String, Sendable {
    /// Members of the body replace those of the object, null removes (RFC 7386).
    case merge = "application/merge-patch+json"
    /// A list of operations (RFC 6902).
    case json = "application/json-patch+json"
  }

  package var method: Method
  package var path: String
  package var query: [(name: String, value: String)] = []
  package var body: [UInt8]?
  package var contentType = "application/json"
  package var format: ObjectFormat
  /// Bytes of an answer at most.
  package var responseLimit = 16 << 20

  package init(_ method: Method, _ path: String, format: ObjectFormat = .json) {
    self.method = method
    self.path = path
    self.format = format
  }

  var isRead: Bool { method == .get }

  var target: String {
    let pairs = query.map {
      "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))"
    }
    return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
  }

  /// `GET /api/v1/pods`, for messages: without the query, which may be long.
  var name: String { "\(method.rawValue) \(path)" }

  mutating func setBody(_ value: Value) { body = JSON.bytes(value) }
}
