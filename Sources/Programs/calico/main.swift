// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Attachment

PluginProcess.run()
