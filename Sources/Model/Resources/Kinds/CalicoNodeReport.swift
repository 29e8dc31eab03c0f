// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a node's agent reports of itself, of its BGP sessions and of its routes.
public struct CalicoNodeReport: Described {
  public var agent: AgentReport?
  public var bgp: BGPReport?
  public var routes: RouteReport?
  /// RFC 3339.
  public var lastUpdated: String?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("lastUpdated", &lastUpdated, doc: "When the node reported, RFC 3339.")
    v.optional("agent", &agent, doc: "The state of the BGP daemons.")
    v.optional("bgp", &bgp, doc: "The state of the BGP sessions.")
    v.optional("routes", &routes, doc: "The routes that the node knows and uses.")
    v.rest(&unknown)
  }

  /// The state of the BGP daemons.
  public struct AgentReport: Described {
    public var birdV4: Daemon?
    public var birdV6: Daemon?
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.optional("birdV4", &birdV4, doc: "The daemon for IPv4.")
      v.optional("birdV6", &birdV6, doc: "The daemon for IPv6.")
      v.rest(&unknown)
    }
  }

  /// The state of one BGP daemon.
  public struct Daemon: Described {
    /// Ready or NotReady.
    public var state = ""
    public var version = ""
    public var routerID = ""
    public var lastBootTime = ""
    public var lastReconfigurationTime = ""
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.defaulted("state", &state, doc: "Ready or NotReady.")
      v.defaulted("version", &version, doc: "The daemon's version.")
      v.defaulted("routerID", &routerID, doc: "The router ID.")
      v.defaulted("lastBootTime", &lastBootTime, doc: "When the daemon started.")
      v.defaulted(
        "lastReconfigurationTime", &lastReconfigurationTime,
        doc: "When the daemon last read its configuration.")
      v.rest(&unknown)
    }
  }

  /// The state of the BGP sessions.
  public struct BGPReport: Described {
    public var numberEstablishedV4 = 0
    public var numberNotEstablishedV4 = 0
    public var numberEstablishedV6 = 0
    public var numberNotEstablishedV6 = 0
    public var peersV4: [Peer] = []
    public var peersV6: [Peer] = []
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.required(
        "numberEstablishedV4", &numberEstablishedV4, doc: "How many IPv4 sessions are up.")
      v.required(
        "numberNotEstablishedV4", &numberNotEstablishedV4, doc: "How many IPv4 sessions are not.")
      v.required(
        "numberEstablishedV6", &numberEstablishedV6, doc: "How many IPv6 sessions are up.")
      v.required(
        "numberNotEstablishedV6", &numberNotEstablishedV6, doc: "How many IPv6 sessions are not.")
      v.defaulted("peersV4", &peersV4, doc: "The IPv4 sessions.")
      v.defaulted("peersV6", &peersV6, doc: "The IPv6 sessions.")
      v.rest(&unknown)
    }
  }

  /// One BGP session.
  public struct Peer: Described {
    public var peerIP = ""
    /// NodeMesh, NodePeer or GlobalPeer.
    public var type = ""
    /// Idle, Connect, Active, OpenSent, OpenConfirm, Established or Close.
    public var state = ""
    public var since = ""
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.defaulted("peerIP", &peerIP, doc: "The peer's address.")
      v.defaulted("type", &type, doc: "How the peer came to be one.")
      v.defaulted("state", &state, doc: "The state of the session.")
      v.defaulted("since", &since, doc: "Since when it is in that state.")
      v.rest(&unknown)
    }
  }

  /// The routes that a node knows.
  public struct RouteReport: Described {
    public var routesV4: [Route] = []
    public var routesV6: [Route] = []
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.defaulted("routesV4", &routesV4, doc: "IPv4 routes.")
      v.defaulted("routesV6", &routesV6, doc: "IPv6 routes.")
      v.rest(&unknown)
    }
  }

  /// One route.
  public struct Route: Described {
    /// FIB where the kernel uses it, RIB where the daemon knows it only.
    public var type = ""
    public var destination = ""
    public var gateway = ""
    public var interface = ""
    public var learnedFrom: RouteSource?
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.defaulted("type", &type, doc: "FIB: the kernel uses it. RIB: it is known only.")
      v.defaulted("destination", &destination, doc: "The prefix.")
      v.defaulted("gateway", &gateway, doc: "The next hop.")
      v.defaulted("interface", &interface, doc: "The interface.")
      v.optional("learnedFrom", &learnedFrom, doc: "Where it comes from.")
      v.rest(&unknown)
    }
  }

  /// Where a route comes from.
  public struct RouteSource: Described {
    /// Kernel, Static, Direct, NodeMesh or BGPPeer.
    public var sourceType = ""
    public var peerIP = ""
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.defaulted("sourceType", &sourceType, doc: "What kind of source it is.")
      v.defaulted("peerIP", &peerIP, doc: "The peer's address, where it is one.")
      v.rest(&unknown)
    }
  }
}
