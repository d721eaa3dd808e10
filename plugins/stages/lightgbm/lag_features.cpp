#include "lag_features.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace pipeline::stage::lightgbm {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t fewest_lags = 7, most_lags = 48;

bool contains(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

}  // namespace

std::int64_t Lags::deepest() const {
  std::int64_t deepest = 1;
  for (const std::int64_t rows : values) deepest = std::max(deepest, rows);
  for (const std::int64_t rows : means) deepest = std::max(deepest, rows);
  return deepest;
}

std::vector<std::int64_t> usual_lags(std::int64_t season) {
  std::vector<std::int64_t> lags(static_cast<std::size_t>(std::clamp(season, fewest_lags, most_lags)));
  std::iota(lags.begin(), lags.end(), 1);
  for (const std::int64_t far : {season, 2 * season}) {
    if (far > lags.back()) lags.push_back(far);
  }
  return lags;
}

TargetHistory::TargetHistory(std::span<const double> y, std::int64_t season, std::int64_t depth) : depth_(depth) {
  padded_.assign(static_cast<std::size_t>(depth), nothing);
  padded_.reserve(padded_.size() + y.size());
  const auto back = static_cast<std::size_t>(season);
  for (std::size_t row = 0; row < y.size(); ++row) padded_.push_back(back == 0 ? y[row] : row < back ? nothing : y[row] - y[row - back]);
}

void TargetHistory::standardise(double center, double scale) {
  for (double& value : padded_) value = (value - center) / scale;
}

LagFeatures::LagFeatures(const TreeData& data, std::size_t target, Lags lags, bool reads_past_columns)
    : data_(data), lags_(std::move(lags)) {
  const SeriesInfo& info = data.info;
  for (const std::int64_t lag : lags_.values) add("lag " + std::to_string(lag), false);
  for (const std::int64_t rows : lags_.means) add("mean of " + std::to_string(rows), false);
  for (std::size_t c = 0; c < info.columns.size(); ++c) {
    const std::string& name = info.columns[c].name;
    if (!contains(info.known_future, name)) continue;
    known_.push_back(c);
    add(name, info.is_word(name));
  }
  const auto own = static_cast<std::size_t>(info.target_columns[target]);
  for (std::size_t c = 0; c < info.columns.size(); ++c) {
    const std::string& name = info.columns[c].name;
    if (c == own || contains(info.known_future, name) || !contains(info.features, name)) continue;
    if (!reads_past_columns) {
      left_out_.push_back(name);
      continue;
    }
    past_.push_back(c);
    add(name + " at the origin", info.is_word(name));
  }
  for (const ColumnTransform& column : info.fixed) add(column.name, false);
  for (const std::string& name : info.fixed_words) add(name, true);
}

void LagFeatures::add(const std::string& name, bool is_word) {
  if (is_word) categorical_.push_back(names_.size());
  names_.push_back(name);
}

void LagFeatures::fill(std::span<const double> past, const Place& place, std::span<float> out) const {
  std::size_t at = 0;
  const auto put = [&](double value) { out[at++] = static_cast<float>(value); };
  for (const std::int64_t lag : lags_.values) put(past[past.size() - static_cast<std::size_t>(lag)]);
  for (const std::int64_t rows : lags_.means) {
    const std::span<const double> newest = past.last(static_cast<std::size_t>(rows));
    put(std::accumulate(newest.begin(), newest.end(), 0.0) / static_cast<double>(rows));
  }
  const auto columns = data_.info.columns.size();
  const auto cell = [&](std::int64_t row, std::size_t column) { return data_.values[static_cast<std::size_t>(row) * columns + column]; };
  for (const std::size_t column : known_) out[at++] = cell(place.row, column);
  for (const std::size_t column : past_) out[at++] = cell(place.origin, column);
  const std::size_t numbers = data_.info.fixed.size(), words = data_.info.fixed_words.size();
  const auto of = static_cast<std::size_t>(place.series);
  std::ranges::copy(data_.fixed.subspan(of * numbers, numbers), out.begin() + static_cast<std::ptrdiff_t>(at));
  at += numbers;
  for (const std::int32_t code : data_.fixed_codes.subspan(of * words, words)) out[at++] = static_cast<float>(code);
}

}  // namespace pipeline::stage::lightgbm
