#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "data/npy.h"
#include "pipeline/data/files.h"
#include "pipeline/data/windows.h"
#include "support/temp_folder.h"

namespace pipeline::test {

/// A series of 60 days from 1970-01-01 with every kind of column, cut into windows of 4 with a horizon of 2.
///
/// x: a, the target, which is differenced, center 0.25 and scale 2, and price. Columns of words: sky in the past, event over the horizon.
/// Known ahead: price, promo and event. Fixed: size 1.5, region 2.
class KnownFixture {
 public:
  static constexpr std::int64_t rows = 60;
  static float a(std::int64_t row) { return static_cast<float>(std::sin(0.3 * static_cast<double>(row))); }
  static float price(std::int64_t row) { return static_cast<float>(row) / 8; }
  static float promo(std::int64_t row) { return static_cast<float>(row % 7 == 0); }
  static std::int64_t sky(std::int64_t row) { return row % 3; }
  static std::int64_t event(std::int64_t row) { return row % 4; }

  /// `min_observed`: 0 without padding; with padding the first 4 - min_observed training windows begin before the series.
  explicit KnownFixture(WindowNorm window_norm = WindowNorm::none, std::int64_t min_observed = 0) : min_observed_(min_observed) {
    SeriesInfo info;
    info.features = {"sky", "a", "price"};
    info.targets = {"a"};
    info.known_future = {"price", "event", "promo"};
    info.words = {{"sky", {"dry", "wet"}}, {"event", {"fair", "market", "concert"}}, {"region", {"north", "south"}}};
    info.columns = {{.name = "sky"},
                    {.name = "a", .transform = Transform::diff, .scaler = "standard", .center = 0.25, .scale = 2},
                    {.name = "price"},
                    {.name = "event"},
                    {.name = "promo"}};
    info.fixed = {{.name = "size"}};
    info.fixed_words = {"region"};
    info.target_columns = {1};
    info.frequency = "1d";
    info.step_ns = day;
    info.has_time = true;
    info.segments = {{0, rows}};
    info.split_end = {35, 47, rows};
    write(info, window_norm);
    windows_ = Windows::open(folder_.path() / "windows");
  }

  [[nodiscard]] const Windows& windows() const { return *windows_; }

 private:
  static constexpr std::int64_t day = 86'400'000'000'000;

  void write(const SeriesInfo& info, WindowNorm window_norm) const {
    const std::filesystem::path series = folder_.path() / "series";
    std::filesystem::create_directories(series);
    std::filesystem::create_directories(folder_.path() / "windows");
    std::vector<float> values;
    std::vector<double> targets;
    std::vector<std::int64_t> time;
    for (std::int64_t row = 0; row < rows; ++row) {
      values.insert(values.end(), {static_cast<float>(sky(row)), a(row), price(row), static_cast<float>(event(row)), promo(row)});
      targets.push_back((targets.empty() ? 0 : targets.back()) + 2.0 * a(row) + 0.25);
      time.push_back(row * day);
    }
    write_series(series, {.info = info, .values = values, .time = time, .targets = targets, .observed = {}});
    NpyOutput<float>(series / "static.npy", "<f4", std::array<std::int64_t, 2>{1, 1}).data()[0] = 1.5F;
    NpyOutput<std::int32_t>(series / "static_codes.npy", "<i4", std::array<std::int64_t, 2>{1, 1}).data()[0] = 2;
    const std::int64_t first = min_observed_ > 0 ? min_observed_ - 4 : 0;
    const WindowsInfo cut{.window = 4,
                          .horizon = 2,
                          .stride = 1,
                          .min_observed = min_observed_,
                          .window_norm = window_norm,
                          .series = "../series",
                          .feature_file = {},
                          .target_file = {},
                          .ranges = {{0, Split::train, first, 30 - first, 1}, {0, Split::val, 30, 12, 1}, {0, Split::test, 42, 8, 1}}};
    write_json(folder_.path() / "windows" / "windows.json", cut.to_value());
  }

  TempFolder folder_;
  std::int64_t min_observed_;
  std::shared_ptr<const Windows> windows_;
};

}  // namespace pipeline::test
