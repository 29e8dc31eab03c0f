// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import Resources
import Settings
import StoreAccess
import StoreRig
import SyncModel
import TestSupport
import Testing

@testable import Typha
@testable import TyphaLink

/// Certificates that agents and Typhas show, right and wrong ones.
private struct Certificates {
  let folder: RigFolder
  let authority: CertificateAuthority
  let other: CertificateAuthority
  let server: CertificateAuthority.Pair
  let agent: CertificateAuthority.Pair

  init() throws {
    folder = try RigFolder("typha")
    authority = try CertificateAuthority(in: folder)
    other = try CertificateAuthority(in: folder, name: "other")
    server = try authority.issue(
      "server", to: .init("typha", uris: ["spiffe://cluster/typha"]))
    agent = try authority.issue("agent", to: .init("felix", uris: ["spiffe://cluster/felix"]))
  }

  func server(
    _ pair: CertificateAuthority.Pair? = nil, commonName: String = "felix", uri: String = ""
  ) -> LinkSecurity {
    let pair = pair ?? server
    return LinkSecurity(
      keyFile: pair.keyFile, certificateFile: pair.certificateFile,
      authorityFile: authority.certificateFile,
      peer: PeerIdentity(commonName: commonName, uri: uri))
  }

  func agent(
    _ pair: CertificateAuthority.Pair? = nil, authority: CertificateAuthority? = nil,
    commonName: String = "typha", uri: String = ""
  ) -> LinkSecurity {
    let pair = pair ?? agent
    return LinkSecurity(
      keyFile: pair.keyFile, certificateFile: pair.certificateFile,
      authorityFile: (authority ?? self.authority).certificateFile,
      peer: PeerIdentity(commonName: commonName, uri: uri))
  }
}

@Suite("TLS between agents and Typha", .serialized, .timeLimit(.minutes(5)))
struct TLSTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates() }

  /// Tries once; what the agent says and what is in Typha's log.
  private func attempt(
    server: LinkSecurity?, agent: LinkSecurity?
  ) async throws -> (agent: String, typha: String, isServed: Bool) {
    let typha = try await TyphaRig(security: server)
    await typha.begin([tier("a", 1)])
    let follower = Follower({ $0.security = agent }) { [typha.address()] }
    await eventually("it has got somewhere") {
      follower.view.known == typha.truth || !follower.view.left.isEmpty
    }
    let view = follower.view
    let isServed = view.known == typha.truth
    if !isServed {
      await eventually("Typha has noticed") {
        typha.log.all.contains { $0.contains("closing") || $0.contains("sending away") }
          || !view.left.isEmpty && agent != nil && view.left[0].hasPrefix("its certificate")
      }
    }
    await follower.stop()
    await typha.stop()
    return (view.left.first ?? "", typha.log.all.joined(separator: "\n"), isServed)
  }

  @Test(
    "lets in who has a certificate of the authority with the name, or the URI, that is asked for")
  func right() async throws {
    let cases: [(LinkSecurity, LinkSecurity)] = [
      (certificates.server(), certificates.agent()),
      (
        certificates.server(commonName: "", uri: "spiffe://cluster/felix"),
        certificates.agent(commonName: "", uri: "spiffe://cluster/typha")
      ),
      // One of them is enough.
      (
        certificates.server(commonName: "someone else", uri: "spiffe://cluster/felix"),
        certificates.agent(commonName: "typha", uri: "spiffe://another")
      ),
      (
        certificates.server(commonName: "felix", uri: "spiffe://another"),
        certificates.agent(commonName: "someone else", uri: "spiffe://cluster/typha")
      ),
    ]
    for (server, agent) in cases {
      let result = try await attempt(server: server, agent: agent)
      #expect(result.isServed, "\(result)")
    }
  }

  @Test("refuses an agent without a certificate")
  func none() async throws {
    let result = try await BareTLSAgent.reason(
      certificates.authority.certificateFile, server: certificates.server())
    #expect(
      result.typha.contains(
        "the other side shows no certificate, and must have one of the authority that is "
          + "configured here"), "\(result)")
    #expect(
      result.agent == "TLS: the other side wants a certificate, and none is configured here",
      "\(result)")
  }

  @Test("refuses an agent's certificate of another authority")
  func otherAuthority() async throws {
    let pair = try certificates.other.issue("stranger", to: .init("felix"))
    let result = try await attempt(
      server: certificates.server(), agent: certificates.agent(pair))
    #expect(!result.isServed)
    #expect(
      result.typha.contains("the other side's certificate is not accepted: it is not of the"),
      "\(result)")
    #expect(
      result.agent.hasPrefix(
        "TLS: the other side does not accept the certificate that is configured here"),
      "\(result)")
  }

  @Test("refuses an agent's certificate that has expired")
  func expired() async throws {
    let pair = try certificates.authority.issue("expired", to: .init("felix"), days: -1)
    let result = try await attempt(
      server: certificates.server(), agent: certificates.agent(pair))
    #expect(!result.isServed)
    #expect(result.typha.contains("or has expired"), "\(result)")
    #expect(
      result.agent.hasPrefix(
        "TLS: the other side does not accept the certificate that is configured here"),
      "\(result)")
  }

  @Test("refuses an agent with another common name, and says so on both sides")
  func otherName() async throws {
    let result = try await attempt(
      server: certificates.server(commonName: "calico-felix"), agent: certificates.agent())
    let text =
      "its certificate must have the common name 'calico-felix', has the common name 'felix' and "
      + "the URI 'spiffe://cluster/felix'"
    #expect(!result.isServed && result.agent == "it says: \(text)", "\(result)")
    #expect(result.typha.contains(text), "\(result)")
  }

  @Test("refuses an agent with another URI, and says so on both sides")
  func otherURI() async throws {
    let pair = try certificates.authority.issue(
      "longer", to: .init("felix", uris: ["spiffe://a/b"]))
    let result = try await attempt(
      server: certificates.server(commonName: "", uri: "spiffe://a"),
      agent: certificates.agent(pair))
    let text =
      "its certificate must have the URI 'spiffe://a', has the common name 'felix' and the URI "
      + "'spiffe://a/b'"
    #expect(!result.isServed && result.agent == "it says: \(text)", "\(result)")
    #expect(result.typha.contains(text), "\(result)")
  }

  @Test("an agent without TLS and a Typha with it do not come together")
  func plainToTLS() async throws {
    let result = try await attempt(server: certificates.server(), agent: nil)
    #expect(!result.isServed)
    #expect(result.typha.contains("TLS: the other side does not speak TLS"), "\(result)")
    #expect(
      result.agent == "the other side speaks TLS, and refuses to speak without"
        || result.agent.contains("closed the connection"), "\(result)")
  }

  @Test("an agent with TLS and a Typha without do not come together")
  func tlsToPlain() async throws {
    let result = try await attempt(server: nil, agent: certificates.agent())
    #expect(!result.isServed)
    #expect(
      result.typha.contains("the other side speaks TLS, and this one is not configured for it"),
      "\(result)")
    #expect(result.agent == "TLS: the other side does not speak TLS", "\(result)")
  }

  @Test("an agent refuses a Typha with another name, and one of another authority")
  func wrongTypha() async throws {
    let named = try await attempt(
      server: certificates.server(), agent: certificates.agent(commonName: "calico-typha"))
    #expect(
      named.agent
        == "its certificate must have the common name 'calico-typha', has the common name 'typha' "
        + "and the URI 'spiffe://cluster/typha'", "\(named)")
    #expect(!named.isServed)
    let other = try await attempt(
      server: certificates.server(), agent: certificates.agent(authority: certificates.other))
    #expect(!other.isServed)
    #expect(
      other.agent.hasPrefix("TLS: the other side's certificate is not accepted"), "\(other)")
    #expect(
      other.typha.contains(
        "the other side does not accept the certificate that is configured here"),
      "\(other)")
  }

  @Test(
    "files that were renewed are used by the connections that come then, and broken ones are not")
  func renewed() async throws {
    let folder = certificates.folder
    let short = try certificates.authority.issue("short", to: .init("old name"))
    let typha = try await TyphaRig(security: certificates.server(short))
    await typha.begin([tier("a", 1)])
    let before = Follower({ [self] in $0.security = certificates.agent(commonName: "old name") }) {
      [typha.address()]
    }
    await eventually("it is in sync") { before.view.known == typha.truth }
    let new = try certificates.authority.issue("new", to: .init("new name"))
    try folder.write("no certificate", to: "short.crt")
    typha.listener.renewSecurity()
    #expect(typha.log.has("keeping the certificates that were read before: cannot read"))
    try folder.write(new.certificate, to: "short.crt")
    try folder.write(new.key, to: "short.key")
    typha.listener.renewSecurity()
    let after = Follower({ [self] in $0.security = certificates.agent(commonName: "new name") }) {
      [typha.address()]
    }
    await eventually("it is in sync") { after.view.known == typha.truth }
    await typha.feed([tier("b", 1)])
    await eventually("both follow") {
      before.view.known == typha.truth && after.view.known == typha.truth
    }
    #expect(before.view.left.isEmpty)
    await before.stop()
    await after.stop()
    await typha.stop()
  }

  @Test("who takes nothing of what is encrypted is ended too, and the others do not notice")
  func slowWithTLS() async throws {
    let typha = try await TyphaRig(security: certificates.server()) {
      $0.handshake = .milliseconds(500)
      $0.pingInterval = .milliseconds(100)
      $0.pongTimeout = .seconds(1)
      $0.write = .seconds(1)
    }
    await typha.begin((0..<12).map { bulky("p\($0)", bytes: 400_000, seed: UInt64($0)) })
    let agent = certificates.agent()
    let follower = Follower({ $0.security = agent }) { [typha.address()] }
    let proxy = try TCPProxy(to: typha.port)
    let stuck = Follower({ $0.security = agent }) {
      [ServiceAddress(host: "127.0.0.1", port: proxy.port)]
    }
    let silent = try RawAgent(port: typha.port)
    await eventually("both are in sync") {
      follower.view.known == typha.truth && stuck.view.known == typha.truth
    }
    proxy.stall(true)
    try await silent.end("it never began")
    for index in 0..<12 {
      await typha.feed([bulky("p\(index)", bytes: 400_000, seed: UInt64(index + 100))])
    }
    await eventually("the other follows") { follower.view.known == typha.truth }
    await eventually("the one that is stuck is gone") { typha.connections == 1 }
    #expect(follower.view.left.isEmpty)
    proxy.shut(true)
    proxy.stall(false)
    await stuck.stop()
    await follower.stop()
    await typha.stop()
  }

  // MARK: Settings

  @Test("some of the files and names without the others are refused by name")
  func settings() throws {
    func read(_ values: [String]) throws -> LinkSecurity? {
      try LinkSecurity.read(
        key: ("KEY", values[0]), certificate: ("CERT", values[1]), authority: ("CA", values[2]),
        commonName: ("CN", values[3]), uri: ("URI", values[4]))
    }
    #expect(try read(["", "", "", "", ""]) == nil)
    let names = ["KEY", "CERT", "CA", "CN", "URI"]
    for choice in 1..<32 {
      let values = (0..<5).map { choice >> $0 & 1 == 1 ? "x" : "" }
      let files = values[..<3].filter { !$0.isEmpty }.count
      let isNamed = !values[3].isEmpty || !values[4].isEmpty
      if files == 3, isNamed {
        let security = try #require(try read(values))
        #expect(security.peer == PeerIdentity(commonName: values[3], uri: values[4]))
        continue
      }
      let error = #expect(throws: ConfigurationError.self) { try read(values) }
      let text = "\(error.map { "\($0)" } ?? "")"
      if files == 3 {
        #expect(text.hasPrefix("CN or URI must be set"), "\(text)")
      } else {
        for (index, name) in names.enumerated() where index < 3 || !values[index].isEmpty {
          #expect(text.contains(name), "\(text) without \(name)")
        }
      }
    }
  }

  @Test("files that cannot be read, hold something else or do not belong together are named")
  func files() throws {
    let folder = certificates.folder
    let (server, agent) = (certificates.server, certificates.agent)
    let empty = try folder.write("", to: "empty.pem")
    let cases: [(String, (inout LinkSecurity) -> Void, String)] = [
      ("no key", { $0.keyFile = "/no/such.key" }, "cannot read /no/such.key"),
      ("no certificate", { $0.certificateFile = "/no/such.crt" }, "cannot read /no/such.crt"),
      ("no authority", { $0.authorityFile = "/no/ca.crt" }, "cannot read /no/ca.crt"),
      (
        "a certificate as key", { $0.keyFile = server.certificateFile },
        "cannot read \(server.certificateFile)"
      ),
      (
        "a key as certificate", { $0.certificateFile = server.keyFile }, server.keyFile
      ),
      ("nothing as authority", { $0.authorityFile = empty }, empty),
      (
        "the key of another", { $0.keyFile = agent.keyFile },
        "\(server.certificateFile) and \(agent.keyFile) do not go together"
      ),
    ]
    for (name, change, text) in cases {
      var security = certificates.server()
      change(&security)
      for context in [security.serverContext, security.clientContext] {
        let error = #expect(throws: ConfigurationError.self, "\(name)") { _ = try context() }
        #expect(
          error.map { "\($0)".contains(text) } == true, "\(name): \(String(describing: error))")
      }
    }
  }
}
