// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOPosix
public import Settings
public import StoreAccess

/// The addresses behind names that people wrote: each is a Typha of its own.
public enum NameLookup {
  /// Errors: `ConfigurationError` when none of the names can be resolved.
  public static func addresses(of places: [HostAndPort]) async throws -> [ServiceAddress] {
    try await NIOThreadPool.singleton.runIfActive {
      var found: [ServiceAddress] = []
      var failure: String?
      for place in places {
        do throws(ConfigurationError) {
          for host in try resolve(place.host) {
            let address = ServiceAddress(host: host, port: place.port)
            if !found.contains(address) { found.append(address) }
          }
        } catch {
          failure = error.message
        }
      }
      if found.isEmpty, let failure { throw ConfigurationError(failure) }
      return found
    }
  }

  /// All addresses of a name, as texts.
  private static func resolve(_ name: String) throws(ConfigurationError) -> [String] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(name, nil, &hints, &first)
    guard status == 0 else {
      throw ConfigurationError("'\(name)' has no address: \(String(cString: gai_strerror(status)))")
    }
    defer { freeaddrinfo(first) }
    var hosts: [String] = []
    var next = first
    while let current = next {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let status = getnameinfo(
        current.pointee.ai_addr, current.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0,
        NI_NUMERICHOST)
      if status == 0 {
        hosts.append(
          String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      }
      next = current.pointee.ai_next
    }
    return hosts
  }
}
