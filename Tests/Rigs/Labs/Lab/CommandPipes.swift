// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// The pipes between the lab and a program.
final class CommandPipes {
  private(set) var input: Int32 = -1
  private(set) var output: Int32 = -1
  private(set) var errors: Int32 = -1
  private(set) var childInput: Int32 = -1
  private(set) var childOutput: Int32 = -1
  private(set) var childErrors: Int32 = -1

  init(_ sink: RunningCommand.Sink) throws(LabError) {
    (childInput, input) = try Self.pipe()
    // A program that does not read its input must not hold up the one who reads its output.
    _ = fcntl(input, F_SETFL, O_NONBLOCK)
    switch sink {
    case .collect:
      (output, childOutput) = try Self.pipe()
      (errors, childErrors) = try Self.pipe()
    case .file(let path):
      childOutput = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard childOutput >= 0 else { throw .system(call: "open", subject: path, code: errno) }
      childErrors = fcntl(childOutput, F_DUPFD_CLOEXEC, 0)
    }
  }

  private static func pipe() throws(LabError) -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else {
      throw .system(call: "pipe2", subject: "", code: errno)
    }
    return (ends[0], ends[1])
  }

  deinit {
    closeChildSide(keepsInput: false)
    closeOutput()
    closeErrors()
  }

  func closeChildSide(keepsInput: Bool) {
    Self.close(&childInput)
    Self.close(&childOutput)
    Self.close(&childErrors)
    if !keepsInput { closeInput() }
  }

  func closeInput() { Self.close(&input) }
  func closeOutput() { Self.close(&output) }
  func closeErrors() { Self.close(&errors) }

  private static func close(_ descriptor: inout Int32) {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }
}
