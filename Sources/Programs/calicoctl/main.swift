// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Glibc

let arguments = Array(Swift.CommandLine.arguments.dropFirst())
exit(await CalicoctlProgram.run(arguments, in: .process))
