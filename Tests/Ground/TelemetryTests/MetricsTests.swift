// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Telemetry

@Suite("Metrics")
struct MetricsTests {
  let registry = MetricsRegistry()

  @Test("the text has help and type once, families by name and series by label")
  func text() {
    registry.gauge("zeta", help: "last").set(1.5)
    registry.counter("hits_total", help: "Hits.", labels: ["b": "2", "a": "x"]).increment()
    registry.counter("hits_total", help: "Hits.", labels: ["a": "w", "b": "3"]).increment(by: 4)
    registry.counter("hits_total", help: "Hits.", labels: ["b": "2", "a": "x"]).increment()
    #expect(
      registry.text() == """
        # HELP hits_total Hits.
        # TYPE hits_total counter
        hits_total{a="w",b="3"} 4
        hits_total{a="x",b="2"} 2
        # HELP zeta last
        # TYPE zeta gauge
        zeta 1.5

        """)
  }

  @Test("help and label values are escaped, each by its own rule")
  func escaping() {
    registry.gauge("g", help: "a \"b\"\\\nc", labels: ["l": "a \"b\"\\\nc é"]).set(0)
    #expect(
      registry.text() == """
        # HELP g a "b"\\\\\\nc
        # TYPE g gauge
        g{l="a \\"b\\"\\\\\\nc é"} 0

        """)
  }

  @Test(
    "numbers are written as Prometheus reads them",
    arguments: [
      (0, "0"), (-2, "-2"), (0.1, "0.1"), (1e20, "1e+20"), (.infinity, "+Inf"),
      (-.infinity, "-Inf"),
      (.nan, "NaN"), (1_700_000_000.25, "1700000000.25"),
    ] as [(Double, String)])
  func numbers(_ number: Double, _ text: String) {
    registry.gauge("g", help: "").set(number)
    #expect(registry.text().hasSuffix("\ng \(text)\n"))
  }

  @Test("a counter never falls")
  func counters() {
    let counter = registry.counter("c", help: "")
    counter.increment(by: 2.5)
    counter.increment(by: -1)
    counter.increment(by: .nan)
    #expect(counter.value == 2.5)
  }

  @Test("a gauge is set, raised and lowered")
  func gauges() {
    let gauge = registry.gauge("g", help: "")
    gauge.set(7)
    gauge.add(-2.5)
    #expect(gauge.value == 4.5)
  }

  @Test("a summary has quantiles by nearest rank, sum and count")
  func summaries() {
    let summary = registry.summary("s", help: "", labels: ["a": "b"])
    for value in (1...100).reversed() { summary.observe(Double(value)) }
    summary.observe(.nan)
    #expect(
      registry.text() == """
        # HELP s \n# TYPE s summary
        s{a="b",quantile="0.5"} 50
        s{a="b",quantile="0.9"} 90
        s{a="b",quantile="0.99"} 99
        s_sum{a="b"} 5050
        s_count{a="b"} 100

        """)
  }

  @Test("a summary without observations has no quantiles, with one it has that one")
  func smallSummaries() {
    let summary = registry.summary("s", help: "")
    #expect(registry.text().contains("s{quantile=\"0.5\"} NaN\n"))
    summary.observe(.milliseconds(250))
    #expect(registry.text().contains("s{quantile=\"0.5\"} 0.25\n"))
    #expect(registry.text().contains("s{quantile=\"0.99\"} 0.25\n"))
  }

  @Test("quantiles are those of the last observations, sum and count those of all")
  func reservoir() {
    let summary = registry.summary("s", help: "")
    for _ in 0..<5000 { summary.observe(1) }
    for _ in 0..<Summary.reservoirSize { summary.observe(3) }
    let text = registry.text()
    #expect(text.contains("s{quantile=\"0.5\"} 3\n"))
    #expect(text.contains("s_count 6024\n"))
    #expect(text.contains("s_sum \(5000 + 3 * 1024)\n"))
  }

  @Test("a series that is removed is gone, and its family with the last one")
  func removal() {
    registry.gauge("g", help: "", labels: ["a": "1"]).set(1)
    registry.gauge("g", help: "", labels: ["a": "2"]).set(2)
    registry.remove("g", labels: ["a": "1"])
    #expect(registry.text() == "# HELP g \n# TYPE g gauge\ng{a=\"2\"} 2\n")
    registry.remove("g", labels: ["a": "2"])
    registry.remove("other", labels: [:])
    #expect(registry.text() == "")
  }

  @Test("collectors are asked each time, and cannot double a family")
  func collectors() {
    let calls = registry.counter("calls", help: "")
    registry.addCollector {
      calls.increment()
      let sample = MetricFamily.Sample(9)
      return ["calls", "extra"].map {
        MetricFamily(name: $0, help: "", kind: .gauge, samples: [sample])
      }
    }
    #expect(registry.text().hasSuffix("# TYPE extra gauge\nextra 9\n"))
    #expect(registry.families().map(\.name) == ["calls", "extra"])
    #expect(calls.value == 2)
  }

  @Test("a collector takes the place neither of a metric of ours nor of an earlier collector's")
  func collectorsOfOneName() {
    registry.counter("ours", help: "Ours.").increment()
    for (name, number) in [("ours", 7), ("theirs", 8), ("theirs", 9)] as [(String, Double)] {
      registry.addCollector {
        let sample = MetricFamily.Sample(number)
        return [MetricFamily(name: name, help: "Collected.", kind: .gauge, samples: [sample])]
      }
    }
    #expect(
      registry.text() == """
        # HELP ours Ours.
        # TYPE ours counter
        ours 1
        # HELP theirs Collected.
        # TYPE theirs gauge
        theirs 8

        """)
  }

  @Test("threads lose no increment")
  func threads() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1000 { registry.counter("c", help: "").increment() }
        }
      }
    }
    #expect(registry.counter("c", help: "").value == 8000)
  }

  @Test(
    "names are checked by Prometheus' rule",
    arguments: [
      ("a", true, true), ("_a1", true, true), ("a:b", true, false), ("1a", false, false),
      ("", false, false), ("a-b", false, false), ("é", false, false), ("__x", true, false),
    ])
  func names(_ name: String, _ isMetric: Bool, _ isLabel: Bool) {
    #expect(PrometheusText.isMetricName(name) == isMetric)
    #expect(PrometheusText.isLabelName(name) == isLabel)
  }

  @Test("process metrics are taken from the right fields, whatever the program is called")
  func processFields() {
    var metrics = ProcessMetrics()
    let fields = (4...30).map(String.init).joined(separator: " ")
    metrics.parse(
      stat: "42 (a) R 1) b) S \(fields)\n", systemStat: "cpu 1 2\nbtime 1000\nprocesses 3\n",
      ticksPerSecond: 100, pageSize: 4096)
    #expect(metrics.cpuSeconds == 0.29)  // fields 14 and 15
    #expect(metrics.startTime == 1000.22)  // field 22
    #expect(metrics.virtualBytes == 23)
    #expect(metrics.residentBytes == 98304.0)  // field 24
  }

  @Test(
    "what /proc does not say is left out", arguments: ["", "1", "1 (x) S 2 3", "1 (x) S a b c"])
  func processRubbish(_ stat: String) {
    var metrics = ProcessMetrics()
    metrics.parse(stat: stat, systemStat: "btime x", ticksPerSecond: 100, pageSize: 4096)
    #expect(metrics == ProcessMetrics())
  }

  @Test("this process has all six process metrics, and counts one more open file")
  func ownProcess() {
    registry.addProcessMetrics()
    #expect(
      registry.families().map(\.name) == [
        "process_cpu_seconds_total", "process_max_fds", "process_open_fds",
        "process_resident_memory_bytes", "process_start_time_seconds",
        "process_virtual_memory_bytes",
      ])
    // Other tests open and close files at the same time: many more are open here than there.
    let files = (0..<200).map { _ in open("/dev/null", O_RDONLY) }
    let during = ProcessMetrics.read().openDescriptors ?? 0
    for file in files { close(file) }
    let after = ProcessMetrics.read().openDescriptors ?? .max
    #expect(during >= 200 && after <= during - 100)
  }
}
