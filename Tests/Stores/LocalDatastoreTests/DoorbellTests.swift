// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

@testable import LocalDatastore

@Suite("The doorbell", .timeLimit(.minutes(1))) struct DoorbellTests {
  let folder = TemporaryFolder()

  private func makeBell(patience: Int) -> (bell: Doorbell, path: String, file: String) {
    let (path, file) = (folder.file("bell"), folder.file("data"))
    append("before", to: file)
    return (Doorbell(path: path, files: [file], patience: patience), path, file)
  }

  private func append(_ text: String, to path: String) {
    guard let file = fopen(path, "a") else { return }
    fputs(text, file)
    fclose(file)
  }

  @Test("wakes who waits when it is rung") func rung() async throws {
    let (bell, path, _) = makeBell(patience: .max)
    try bell.start()
    // Its first look finds what it does not know.
    var generation = bell.generation
    await bell.wait(after: generation)
    generation = bell.generation
    Doorbell.ring(path: path)
    await bell.wait(after: generation)
    #expect(bell.generation > generation)
    bell.close()
  }

  @Test("hears of a commit whose writer died before it rang") func unrung() async throws {
    let (bell, _, file) = makeBell(patience: .max)
    try bell.start()
    var generation = bell.generation
    await bell.wait(after: generation)
    generation = bell.generation
    append("after", to: file)
    await bell.wait(after: generation)
    #expect(bell.generation > generation)
    bell.close()
  }

  @Test("looks now and then though nothing shows that there is something new")
  func patience() async throws {
    let (bell, _, _) = makeBell(patience: 1)
    try bell.start()
    for _ in 0..<3 {
      let generation = bell.generation
      await bell.wait(after: generation)
      #expect(bell.generation > generation)
    }
    bell.close()
  }
}
