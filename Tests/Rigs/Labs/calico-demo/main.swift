// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

exit(DemoProgram.run(Array(CommandLine.arguments.dropFirst())))
