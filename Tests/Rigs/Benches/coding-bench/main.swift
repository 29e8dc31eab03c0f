// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

// What the endpoints of a large cluster take on the wire, and how long it takes to write and read
// them.
//
//   coding-bench [COUNT [FOLDER]]    writes the frames as they are to the folder, for a compressor

import EndpointCrowd
import Glibc
import Resources
import SyncCoding
import SyncModel

let arguments = CommandLine.arguments
let count = arguments.count > 1 ? Int(arguments[1]) ?? 100_000 : 100_000
var crowd = EndpointCrowd(seed: 1)
let updates = crowd.endpoints(count)

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let time = try clock.measure(body)
  return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
}

var frames: [[UInt8]] = []
let writing = seconds {
  frames = UpdateBatch(updates: updates, status: .inSync, isStatusNew: true).frames()
}
var decoder = SyncDecoder()
var decoded = 0
let reading = try seconds {
  for frame in frames { decoded += try decoder.decode(frame).updates.count }
}
let bytes = frames.reduce(0) { $0 + $1.count }
print("endpoints \(decoded), frames \(frames.count), bytes \(bytes)")
print("bytes per endpoint, not compressed: \(Double(bytes) / Double(count))")
print("seconds to write \(writing), to read \(reading)")
if arguments.count > 2 {
  for (index, frame) in frames.enumerated() {
    guard let file = fopen("\(arguments[2])/frame-\(index)", "w") else { exit(1) }
    fwrite(frame, 1, frame.count, file)
    fclose(file)
  }
}
