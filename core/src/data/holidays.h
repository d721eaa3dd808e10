#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/value.h"

namespace pipeline {

/// The holidays of a country, from the table in the program, or of a file of one's own. They are known for whole years; days count from
/// 1970-01-01.
class Holidays {
 public:
  /// `country`: two letters (ISO 3166), "DE"; `region`: a code such as "BY", or empty for the days that hold in the whole country. Error
  /// (usage) for an unknown one, with the known ones.
  [[nodiscard]] static Holidays of_country(const std::string& country, const std::string& region);
  /// A CSV file with the columns date (2024-12-25), name, and region, which may be absent or empty: the day holds in all regions. Error
  /// (data) with file and line.
  [[nodiscard]] static Holidays of_file(const std::filesystem::path& file, const std::string& region);

  /// From what to_value() gave; Error (data) for anything else.
  [[nodiscard]] static Holidays from_value(const Value& value);
  /// The days, and where they come from.
  [[nodiscard]] Value to_value() const;

  /// These give an Error (data) for a day of a year that is not known; the message names the years that are.
  [[nodiscard]] bool contains(std::int64_t day) const;
  /// Days until the next holiday and since the last one; 0 on a holiday. The other year is needed before the first holiday and after the
  /// last one.
  [[nodiscard]] std::int64_t days_to(std::int64_t day) const;
  [[nodiscard]] std::int64_t days_since(std::int64_t day) const;

 private:
  Holidays(std::string origin, std::vector<std::int64_t> days);
  void require_year(std::int64_t year) const;

  std::string origin_;              ///< for messages: "the holidays of DE"
  std::vector<std::int64_t> days_;  ///< ascending, each once, at least one
  std::int64_t first_year_, last_year_;
};

}  // namespace pipeline
