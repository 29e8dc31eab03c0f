// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Routing
import TestSupport
import Testing

@Suite("A session on BIRD's control socket")
struct BirdControlTests {
  @Test("leaves out the news that come in the middle of an answer")
  func news() throws {
    let folder = TemporaryFolder()
    let path = folder.file("bird.ctl")
    // A line of the log comes as it is, after the plus: with no code, and with no space.
    let bird = try ScriptedBird(
      socket: path,
      answers: [
        """
        +bird: Mesh_10_0_0_3: State changed to up
        1007-Table master4:
        +bird: Mesh_10_0_0_3: Connected
         10.65.0.64/26 blackhole
        + and one with a space
        0000 \n
        """
      ])
    defer { withExtendedLifetime(bird) {} }
    var control = try BirdControl.connect(path: path)
    let lines = try control.send("show route")
    #expect(lines.map(\.code) == [1007, 1007, 0])
    #expect(lines.map(\.text) == ["Table master4:", "10.65.0.64/26 blackhole", ""])
  }
}
