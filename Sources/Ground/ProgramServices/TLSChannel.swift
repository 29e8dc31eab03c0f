// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// A connection of HTTP in TLS. Each has the certificates that are there when it comes.
struct TLSChannel: ServerChildChannel {
  let base: HTTP1Channel
  let certificates: ServerCertificates

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    // Whatever the files are on, the other connections do not wait for it.
    NIOThreadPool.singleton.runIfActive(eventLoop: channel.eventLoop) {
      try certificates.context()
    }.flatMapThrowing { context in
      try channel.pipeline.syncOperations.addHandler(certificates.handler(context))
    }.flatMap {
      base.setup(channel: channel, logger: logger)
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await base.handle(value: value, logger: logger)
  }
}
