// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension EtcdDatastore {
  /// How to reach etcd.
  public struct Options: Sendable, Hashable {
    /// A certificate or a key in PEM.
    public enum PEM: Sendable, Hashable {
      /// The file that holds it; read again for every connection, so that it may be renewed.
      case file(String)
      case text(String)
    }

    /// The servers, as `http://host:port` or `https://host:port`.
    public var endpoints: [String]
    /// The domain whose SRV records name the servers, in place of `endpoints`.
    public var discoveryDomain: String?
    public var user: String?
    public var password: String?
    /// The client's certificate (with those between it and its authority) and its key.
    public var certificate: PEM?
    public var key: PEM?
    /// Whose certificates the servers may have; nil is those that this system trusts.
    public var authority: PEM?
    /// Which datastore this is and why it was chosen; it stands in the message when no server can
    /// be reached.
    public var origin = "etcd datastore"
    public var timing = Timing()
    /// Objects of the first page of a list. Each page is up to four times as large as the one
    /// before, because for each etcd looks at all that is left of the list.
    public var pageSize = 2_000
    /// Bytes of a page, about, that is not made larger any more.
    public var pageBytes = 8 << 20
    /// The servers that are asked for SRV records, as `address` or `address:port`; empty is those
    /// of /etc/resolv.conf.
    public var nameServers: [String] = []

    public init(endpoints: [String]) { self.endpoints = endpoints }
  }

  /// How long things may take.
  public struct Timing: Sendable, Hashable {
    /// For how long a call goes on trying while no server can be reached.
    public var patience = Duration.seconds(5)
    /// How long one server may take for one request.
    public var requestLimit = Duration.seconds(10)
    /// How long after the last sign of life the server is asked for one while a watch is open.
    public var watchQuestion = Duration.seconds(10)
    /// How long a watch goes on without a sign of life.
    public var watchLimit = Duration.seconds(25)
    /// How long to leave a server alone that could not be reached: twice as long each time from the
    /// first to the longest, less a random part.
    public var firstBackoff = Duration.milliseconds(50)
    public var longestBackoff = Duration.seconds(2)

    public init() {}
  }
}
