// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One client of the server.
struct Connection {
  enum Phase {
    /// A request is due until then.
    case reading(Deadline)
    /// The handler has the request.
    case answering
    /// Nothing more is read; what is still to be written must be gone by then.
    case closing(Deadline)
  }

  let fd: Int32
  var phase: Phase
  var frames = FrameBuffer()
  var output: [UInt8] = []
  /// Of the request that is being answered, for as long as somebody has it.
  weak var responder: AgentResponder?

  var deadline: Deadline? {
    switch phase {
    case .reading(let deadline), .closing(let deadline): deadline
    case .answering: nil
    }
  }

  var isReading: Bool {
    if case .reading = phase { true } else { false }
  }
}
