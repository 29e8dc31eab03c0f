// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import GRPCCore
import ValueTree

/// What a failed call to etcd means for its caller.
enum CallFailure: Error {
  /// It has this answer, from the server or from us.
  case refused(DatastoreError)
  /// The connection broke or the time was up after the request went out: etcd may have applied it,
  /// or may yet.
  case unknownOutcome(String)
  /// The answer has more bytes than a message may have.
  case answerTooLarge
  /// The revision that was asked for is compacted.
  case compacted(String)

  /// The same for a caller to whom an unknown outcome is a failure like any other.
  var error: DatastoreError {
    switch self {
    case .refused(let error): error
    case .unknownOutcome(let reason): .unavailable(reason)
    case .answerTooLarge:
      .failed("etcd answered with more than \(EtcdLink.messageLimit) bytes at once")
    case .compacted(let reason): .watchTerminated(reason)
    }
  }
}

/// What to do about an error of a call.
enum CallVerdict {
  /// The connection is of no use; the request may have gone out.
  case broken
  /// The server took too long.
  case late
  /// This server cannot answer now, and has not applied the request.
  case elsewhere
  /// This server cannot answer now, and the request may be under way inside of etcd.
  case elsewhereUnknown
  /// The token is no longer good.
  case renewToken
  case failure(CallFailure)

  init(_ error: RPCError, user: String?) {
    let message = error.message
    let isEtcds = message.hasPrefix("etcdserver:")
    // The library's words for an answer that is larger than it may be; the code is that of a bug.
    if message.hasPrefix("Failed to decode message") {
      self = .failure(.answerTooLarge)
      return
    }
    switch error.code {
    case .unauthenticated:
      self = .renewToken
    case .permissionDenied:
      let who = user.map { "the user \($0.quoted)" } ?? "this client"
      self = .failure(
        .refused(
          .unauthorized(
            "etcd does not let \(who) do this (\(message)): give its role the permission")))
    case .invalidArgument where message.contains("authentication failed"):
      self = .failure(
        .refused(
          .unauthorized(
            "etcd does not accept the user \((user ?? "").quoted) with this password (\(message)): check "
              + "ETCD_USERNAME (etcdUsername) and ETCD_PASSWORD (etcdPassword)")))
    case .invalidArgument where message.contains("user name is empty"):
      self = .failure(
        .refused(
          .unauthorized(
            "etcd wants to know who asks (\(message)): set ETCD_USERNAME (etcdUsername) and "
              + "ETCD_PASSWORD (etcdPassword), or a client certificate whose common name is a user")
        ))
    case .invalidArgument where message.contains("revision of auth store is old"):
      self = .renewToken
    case .invalidArgument where message.contains("too many operations"):
      self = .failure(
        .refused(
          .failed(
            "etcd does not take as many operations at once (\(message)): it takes 128 unless it is "
              + "started with a larger --max-txn-ops")))
    case .invalidArgument where message.contains("request is too large"):
      self = .failure(.refused(Self.tooLarge(message)))
    case .outOfRange where message.contains("compacted"):
      self = .failure(.compacted("the revision is compacted (\(message))"))
    case .resourceExhausted where message.contains("database space exceeded"):
      self = .failure(
        .refused(
          .unavailable(
            "etcd's database is full (\(message)): compact and defragment it or raise "
              + "--quota-backend-bytes, then run 'etcdctl alarm disarm'")))
    case .resourceExhausted where message.contains("too many requests"):
      self = .elsewhere
    case .resourceExhausted where message.contains("larger than max"):
      self = .failure(.refused(Self.tooLarge(message)))
    case .resourceExhausted where !isEtcds:
      self = .failure(.answerTooLarge)
    case .unavailable where message.contains("request timed out"):
      self = .elsewhereUnknown
    case .unavailable where message.contains("no leader") || message.contains("unhealthy"):
      self = .elsewhere
    case .unavailable where isEtcds:
      self = .elsewhereUnknown
    case .deadlineExceeded:
      self = .late
    case .unimplemented:
      self = .failure(
        .refused(
          .failed("the server does not know etcd's API v3 (\(message)): is it etcd 3.4 or later?")))
    case .unavailable, .cancelled, .unknown, .internalError:
      self = .broken
    default:
      self = .failure(.refused(.failed("etcd answered: \(message) (\(error.code))")))
    }
  }

  private static func tooLarge(_ message: String) -> DatastoreError {
    .failed(
      "etcd does not take as large a request (\(message)): it takes 1.5 MiB unless it is started "
        + "with a larger --max-request-bytes")
  }
}
