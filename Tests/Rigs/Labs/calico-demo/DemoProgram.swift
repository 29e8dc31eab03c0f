// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Lab

/// From the command line to the exit status.
enum DemoProgram {
  static func run(_ arguments: [String]) -> Int32 {
    let options: DemoOptions
    do throws(DemoOptions.Misuse) {
      options = try DemoOptions(arguments)
    } catch {
      Screen.complain("calico-demo: \(error.message)\n\(DemoOptions.usage)")
      return 2
    }
    let screen = Screen(isQuiet: options.isQuiet)
    if options.wantsHelp {
      screen.result(DemoOptions.usage)
      return 0
    }
    guard geteuid() == 0 else {
      Screen.complain("calico-demo: it makes network namespaces, which needs root")
      return 2
    }
    do throws(LabError) {
      try Interruption.install()
    } catch {
      Screen.complain("calico-demo: \(error)")
      return 1
    }
    if options.cleans {
      let gone = LabCluster.removeKept()
      screen.result(gone.isEmpty ? "nothing to clean" : "removed \(gone.joined(separator: ", "))")
      return 0
    }
    return run(Demo(options, screen))
  }

  private static func run(_ demo: Demo) -> Int32 {
    let screen = demo.screen
    var problem: LabError?
    do throws(LabError) {
      try demo.run()
    } catch {
      problem = error
    }
    if let problem {
      screen.abandonStep()
      if case .interrupted = problem {
        Screen.complain("\ninterrupted")
      } else {
        Screen.complain("\nerror: \(problem)")
        Screen.complain(demo.diagnosis)
      }
    }
    demo.end(isComplete: problem == nil)
    if case .interrupted = problem { return 130 }
    guard problem == nil else { return 1 }
    screen.result(demo.ledger.table(screen))
    return demo.ledger.isAsExpected ? 0 : 1
  }
}
