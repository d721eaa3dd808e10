#include "data/feature_rows.h"

#include <algorithm>
#include <cmath>

namespace pipeline {

FeatureInput::FeatureInput(const CleanTable& data, const std::vector<std::string>& reads, const TimeZone* zone, const TrainingWords& known)
    : data_(data), zone_(zone) {
  for (const std::string& name : reads) {
    const auto column = static_cast<std::size_t>(std::ranges::find(data.names, name) - data.names.begin());
    (data.table.words(column) ? word_columns_ : number_columns_).push_back(column);
    if (!data.table.words(column)) continue;
    const auto found = known.find(name);
    known_.push_back(found == known.end() ? std::vector<bool>() : found->second);
  }
  numbers_.resize(number_columns_.size());
  words_.resize(word_columns_.size());
}

FeatureRows FeatureInput::of(std::span<const TableSegment> segments) {
  time_.clear(), local_.clear(), series_.clear();
  for (auto& column : numbers_) column.clear();
  for (auto& column : words_) column.clear();
  for (const TableSegment& segment : segments) {
    for (std::int64_t row = segment.first; row < segment.first + segment.count; ++row) {
      time_.push_back(data_.table.time()[static_cast<std::size_t>(row)]);
      local_.push_back(zone_ ? zone_->to_local(time_.back()) : time_.back());
      series_.push_back(segment.series);
      const double* const cells = data_.table.row(row);
      for (std::size_t i = 0; i < numbers_.size(); ++i) numbers_[i].push_back(cells[number_columns_[i]]);
      for (std::size_t i = 0; i < words_.size(); ++i) {
        const double code = cells[word_columns_[i]];
        const bool coded = !std::isnan(code) && code > 0, known = coded && (known_[i].empty() || known_[i][static_cast<std::size_t>(code)]);
        words_[i].push_back(known ? data_.table.words(word_columns_[i])->word(static_cast<std::int64_t>(code)) : std::string());
      }
    }
  }
  FeatureRows rows{.time = time_, .local_time = local_, .series = series_, .numbers = {}, .words = {}};
  for (const auto& column : numbers_) rows.numbers.emplace_back(column);
  for (const auto& column : words_) rows.words.emplace_back(column);
  return rows;
}

}  // namespace pipeline
