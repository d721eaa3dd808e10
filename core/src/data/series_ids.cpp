#include "data/series_ids.h"

#include <algorithm>
#include <utility>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr char separator = '\x1f';  // in no cell of a readable file

}  // namespace

std::int64_t SeriesIds::number_of(std::span<const std::string_view> cells) {
  key_.clear();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) key_ += separator;
    key_ += cells[i];
  }
  if (last_ >= 0 && keys_[static_cast<std::size_t>(last_)] == key_) return last_;
  if (const auto known = by_key_.find(key_); known != by_key_.end()) return last_ = known->second;

  std::string id;
  for (const std::string_view cell : cells) {
    if (!cell.empty()) (id += id.empty() ? "" : "/") += cell;
  }
  if (id.empty()) throw data_error("the id of the series is empty; give each row an id, or remove the row");
  if (by_id_.contains(id)) {
    throw data_error("two series would have the id \"" + id +
                     "\": its columns are joined by \"/\", empty ones left out; write another sign in the file");
  }
  last_ = size();
  by_key_.emplace(keys_.emplace_back(key_), last_);
  by_id_.emplace(ids_.emplace_back(std::move(id)), last_);
  return last_;
}

std::string named_series(std::span<const std::string> ids, std::int64_t count) {
  std::string text;
  const std::size_t named = std::min<std::size_t>(3, ids.size());
  for (std::size_t i = 0; i < named; ++i) {
    const bool is_last = i + 1 == named && count == static_cast<std::int64_t>(named);
    text += (i == 0 ? "\"" : is_last ? " and \"" : ", \"") + ids[i] + "\"";
  }
  const std::int64_t more = count - static_cast<std::int64_t>(named);
  return more > 0 ? text + " and " + format_count(more) + " more" : text;
}

}  // namespace pipeline
