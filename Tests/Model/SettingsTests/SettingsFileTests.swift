// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings
import Testing

@Suite("A file of settings") struct SettingsFileTests {
  @Test("has names and values, in any section") func values() {
    let text = """
      # a remark
      ; another
      LogPrefix = early

      [global]
      HealthEnabled=true
        HealthPort  =  1234  ; behind a value
      LogFilePath = "/var/log/a file # with = signs.log"
      HealthHost = 'quoted'
      PrometheusMetricsHost = a#b;c
      Empty =
      no equals sign
      = no name
      [another]
      logprefix = late # the last counts
      """
    let file = SettingsFile(text, name: "felix.cfg")
    #expect(
      file.values == [
        "HealthEnabled": "true", "HealthPort": "1234",
        "LogFilePath": "/var/log/a file # with = signs.log", "HealthHost": "quoted",
        "PrometheusMetricsHost": "a#b;c", "Empty": "", "logprefix": "late",
      ])
    #expect(
      file.problems == [
        "felix.cfg:12: must be 'Name = value', is 'no equals sign'",
        "felix.cfg:13: must be 'Name = value', is '= no name'",
      ])
    #expect(FelixSettings.resolve(.init(file: file)).settings.logPrefix == "late")
  }

  @Test("may have line ends of any kind") func lineEnds() {
    #expect(SettingsFile("A = 1\r\nB = 2\rC = 3\n").values == ["A": "1", "B": "2", "C": "3"])
    #expect(SettingsFile("") == SettingsFile("# nothing"))
    #expect(SettingsFile("=").values.isEmpty)
    #expect(SettingsFile("A=\"open").values == ["A": "\"open"])
  }

  @Test("that does not exist says nothing, one that cannot be read is an error") func files() throws
  {
    #expect(throws: ConfigurationError.self) { try SettingsFile.read("/") }
    #expect(throws: ConfigurationError.self) { try SettingsFile.read("/dev/zero") }
    var template = Array("/tmp/settings-test-XXXXXX".utf8CString)
    let file = template.withUnsafeMutableBufferPointer { $0.baseAddress.map { mkstemp($0) } ?? -1 }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      close(file)
      unlink(path)
    }
    #expect(try SettingsFile.read("\(path).none") == SettingsFile(""))
    try #require(write(file, "HealthPort = 17\n", 16) == 16)
    #expect(try SettingsFile.read(path).values == ["HealthPort": "17"])
  }

  @Test("the process's environment is read") func environment() throws {
    let home = try #require(getenv("PATH"))
    #expect(ProcessEnvironment.current["PATH"] == String(cString: home))
    #expect(ProcessEnvironment.current[""] == nil)
  }
}
