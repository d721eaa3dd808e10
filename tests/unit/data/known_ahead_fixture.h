#pragma once

#include <cmath>
#include <filesystem>
#include <string>

#include "unit/data/prepare_fixture.h"

namespace pipeline::test::known_ahead {

/// Days of 2024 with the columns t, a, price, promo and b. The last `ahead` days have no a and no b.
inline std::string days(int count, int ahead, const std::string& id = "") {
  std::string text;
  for (int day = 0; day < count; ++day) {
    const bool known = day >= count - ahead;
    const std::string date = (day < 31 ? "2024-01-" : "2024-02-") + std::string((day % 31) < 9 ? "0" : "") + std::to_string(day % 31 + 1);
    text += (id.empty() ? "" : id + ",") + date + "," + (known ? "" : std::to_string(day)) + "," + std::to_string(100 + day) + "," +
            (day % 3 == 0   ? "yes"
             : day % 3 == 1 ? "no"
                            : "maybe") +
            "," + (known ? "" : std::to_string(10 * day)) + "\n";
  }
  return text;
}

inline PrepareOptions known_options(const std::filesystem::path& source) {
  PrepareOptions options = options_for(source);
  options.time_column = {"t"};
  options.known_future = {"price", "promo"};
  options.categories = {"promo"};
  return options;
}

inline const std::string heading = "t,a,price,promo,b\n";

inline PreparedInput read(const TempFolder& folder, const Series& series, const std::string& rows, const InputReading& how) {
  return read_like(folder.file("new.csv", heading + rows), series.info(), how);
}

}  // namespace pipeline::test::known_ahead
