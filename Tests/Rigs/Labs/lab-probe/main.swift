// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

Stop.install()
exit(ProbeProgram(arguments: Array(CommandLine.arguments.dropFirst())).run())
