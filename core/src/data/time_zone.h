#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/value.h"

namespace pipeline {

/// A local time as nanoseconds UTC: the instants at which a zone's clocks show it.
struct LocalInstants {
  int count = 1;             ///< 0 in the hour that clocks leave out, 2 in the hour that they repeat
  std::int64_t earlier = 0;  ///< with the offset before the change of the clocks, so that an hour left out is read as one hour later
  std::int64_t later = 0;    ///< with the offset after it
};

/// Local times [low, high) that have one offset, in nanoseconds, for sure.
struct SureOffset {
  std::int64_t low = 0, high = 0, east = 0;
};

/// The offsets of a time zone from UTC, from 1678 to 2261.
class TimeZone {
 public:
  /// From the system's files, which the package tzdata installs. Error (usage) for a name that they lack, with the nearest; Error
  /// (unexpected) with the cure where there are no such files.
  [[nodiscard]] static TimeZone load(const std::string& name);
  /// From one file of the form TZif (RFC 9636); Error (unexpected) for another.
  [[nodiscard]] static TimeZone read(const std::string& name, const std::filesystem::path& file);
  /// From what to_value() gave; Error (data) for anything else.
  [[nodiscard]] static TimeZone from_value(const Value& value);
  /// Name, all changes, and the rule for later years.
  [[nodiscard]] Value to_value() const;
  /// SHA-256 of all changes.
  [[nodiscard]] std::string hash() const;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Seconds east of UTC.
  [[nodiscard]] std::int64_t offset_at(std::int64_t utc) const;
  [[nodiscard]] LocalInstants find(std::int64_t local) const;
  [[nodiscard]] std::int64_t to_local(std::int64_t utc) const;
  /// The local times that share the offset at `utc`; none within two days of a change.
  [[nodiscard]] SureOffset sure_offset(std::int64_t utc) const;

 private:
  struct Change {
    std::int64_t at = 0;    ///< seconds UTC
    std::int64_t east = 0;  ///< the offset from then on
  };

  TimeZone(std::string name, std::vector<Change> changes, std::string rule);
  [[nodiscard]] std::size_t index_at(std::int64_t seconds) const;

  std::string name_, rule_;
  std::size_t stated_ = 0;       ///< changes that do not come from the rule
  std::vector<Change> changes_;  ///< ascending; the first holds from the beginning of time
};

}  // namespace pipeline
