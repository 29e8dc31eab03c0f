// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// What the kernel says of this process, by /proc (proc(5)). What cannot be read is left out.
struct ProcessMetrics: Equatable {
  var cpuSeconds: Double?
  var residentBytes: Double?
  var virtualBytes: Double?
  var openDescriptors: Int?
  var maximumDescriptors: Double?
  /// Seconds since 1970.
  var startTime: Double?

  static func read() -> ProcessMetrics {
    var metrics = ProcessMetrics()
    metrics.parse(
      stat: text("/proc/self/stat"), systemStat: text("/proc/stat"),
      ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
      pageSize: Double(sysconf(Int32(_SC_PAGESIZE))))
    metrics.openDescriptors = countDescriptors()
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      metrics.maximumDescriptors = Double(limit.rlim_cur)
    }
    return metrics
  }

  private static func text(_ path: String) -> String {
    String(decoding: (try? SmallFile.read(path, limit: 4 << 20)) ?? [], as: UTF8.self)
  }

  /// Takes the values out of /proc/self/stat and the boot time out of /proc/stat.
  mutating func parse(
    stat: String, systemStat: String, ticksPerSecond: Double, pageSize: Double
  ) {
    // The program's name, the second field, stands in brackets and may hold anything.
    guard let end = stat.lastIndex(of: ")") else { return }
    let fields = stat[stat.index(after: end)...].split { $0 == " " || $0 == "\n" }
    /// A field by its number in proc(5), where the state behind the name is the third.
    func field(_ number: Int) -> Double? {
      fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil
    }
    if let user = field(14), let system = field(15) {
      cpuSeconds = (user + system) / ticksPerSecond
    }
    virtualBytes = field(23)
    residentBytes = field(24).map { $0 * pageSize }
    let bootLine = systemStat.split(separator: "\n").first { $0.hasPrefix("btime ") }
    if let boot = bootLine.flatMap({ Double($0.dropFirst(6)) }), let start = field(22) {
      startTime = boot + start / ticksPerSecond
    }
  }

  private static func countDescriptors() -> Int? {
    guard let directory = opendir("/proc/self/fd") else { return nil }
    defer { closedir(directory) }
    var entries = 0
    while readdir(directory) != nil { entries += 1 }
    // "." and "..", and the descriptor that the directory is read with.
    return max(0, entries - 3)
  }

  var families: [MetricFamily] {
    func family(
      _ name: String, _ help: String, _ kind: MetricFamily.Kind, _ value: Double?
    ) -> MetricFamily? {
      value.map {
        MetricFamily(name: name, help: help, kind: kind, samples: [MetricFamily.Sample($0)])
      }
    }
    return [
      family(
        "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", .counter,
        cpuSeconds),
      family(
        "process_max_fds", "Maximum number of open file descriptors.", .gauge, maximumDescriptors),
      family(
        "process_open_fds", "Number of open file descriptors.", .gauge,
        openDescriptors.map { Double($0) }),
      family(
        "process_resident_memory_bytes", "Resident memory size in bytes.", .gauge, residentBytes),
      family(
        "process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
        .gauge,
        startTime),
      family("process_virtual_memory_bytes", "Virtual memory size in bytes.", .gauge, virtualBytes),
    ].compactMap { $0 }
  }
}
