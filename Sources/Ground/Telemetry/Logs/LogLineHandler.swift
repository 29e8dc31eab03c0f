// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Logging

/// Writes the messages of one logger as lines of an output.
public struct LogLineHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  private let component: String
  private let output: LogOutput
  private var ownLevel: Logger.Level?

  public init(component: String, output: LogOutput) {
    self.component = component
    self.output = output
  }

  /// The output's level, unless this logger was given one of its own, which goes before those of all
  /// places.
  public var logLevel: Logger.Level {
    get { ownLevel ?? output.level }
    set { ownLevel = newValue }
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
    if let given = event.metadata { all.merge(given) { _, new in new } }
    if let error = event.error { all["error"] = "\(error)" }
    output.write(
      LogLine(
        level: event.level, component: component, message: event.message.description,
        metadata: all), isForced: ownLevel != nil)
  }
}
