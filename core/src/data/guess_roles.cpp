#include "data/guess_roles.h"

#include <algorithm>
#include <string_view>

#include "data/csv_reader.h"
#include "data/csv_text.h"
#include "data/guess_format.h"
#include "data/series_ids.h"

namespace pipeline {
namespace {

/// The rows after the last target of a series.
struct Tail {
  std::int64_t rows = 0;
  std::vector<std::int64_t> missing;  ///< for each column of numbers
};

class RoleReading {
 public:
  RoleReading(const CsvFile& file, const RoleQuestion& question) : question_(question), rows_(file, {}, columns_of(file, question)) {
    for (const std::string& name : question.numbers)
      is_target_.push_back(std::ranges::find(question.targets, name) != question.targets.end());
    is_fixed_.assign(candidates(), true);
    differs_.assign(candidates(), false);
  }

  [[nodiscard]] ColumnRoles read() {
    while (rows_.next(nullptr)) add_row();
    ColumnRoles out;
    std::vector<std::int64_t> missing(question_.numbers.size());
    for (const Tail& tail : tails_) {
      out.future_rows += tail.rows;
      for (std::size_t c = 0; c < missing.size() && tail.rows > 0; ++c) missing[c] += tail.missing[c];
    }
    for (std::size_t c = 0; c < missing.size(); ++c) {
      out.missing += missing[c];
      if (out.future_rows > 0 && missing[c] == 0 && !is_target_[c]) out.known_future.push_back(question_.numbers[c]);
    }
    for (std::size_t c = 0; c < candidates(); ++c) {
      const bool is_target = c < is_target_.size() && is_target_[c];
      if (is_fixed_[c] && differs_[c] && !is_target)
        out.fixed.push_back(c < is_target_.size() ? question_.numbers[c] : question_.words[c - is_target_.size()]);
    }
    std::erase_if(out.known_future, [&](const std::string& name) { return std::ranges::find(out.fixed, name) != out.fixed.end(); });
    return out;
  }

 private:
  static std::vector<std::size_t> columns_of(const CsvFile& file, const RoleQuestion& question) {
    std::vector<std::size_t> out;
    for (const auto* names : {&question.series_columns, &question.numbers, &question.words}) {
      for (const std::string& name : *names) out.push_back(file.index_of(name));
    }
    return out;
  }
  [[nodiscard]] std::size_t candidates() const { return question_.numbers.size() + question_.words.size(); }
  [[nodiscard]] std::string_view cell(std::size_t candidate) const { return rows_.text(question_.series_columns.size() + candidate); }

  void add_row() {
    const std::size_t series = series_of_row();
    if (series == tails_.size()) {
      tails_.push_back({0, std::vector<std::int64_t>(question_.numbers.size())});
      for (std::size_t c = 0; c < candidates(); ++c) {
        first_.emplace_back(cell(c));
        differs_[c] = differs_[c] || first_.back() != first_[c];
      }
    }
    for (std::size_t c = 0; c < candidates(); ++c) is_fixed_[c] = is_fixed_[c] && cell(c) == first_[series * candidates() + c];
    add_to_tail(tails_[series]);
  }

  std::size_t series_of_row() {
    if (question_.series_columns.empty()) return 0;
    id_.clear();
    for (std::size_t i = 0; i < question_.series_columns.size(); ++i) id_.push_back(rows_.text(i));
    return static_cast<std::size_t>(ids_.number_of(id_));
  }

  void add_to_tail(Tail& tail) {
    bool has_target = false, has_value = false;
    for (std::size_t c = 0; c < question_.numbers.size(); ++c) {
      const bool missing = is_missing_cell(cell(c));
      has_target = has_target || (is_target_[c] && !missing);
      has_value = has_value || !missing;
    }
    if (has_target || !has_value) {
      tail.rows = 0;
      std::ranges::fill(tail.missing, 0);
      return;
    }
    ++tail.rows;
    for (std::size_t c = 0; c < question_.numbers.size(); ++c) tail.missing[c] += is_missing_cell(cell(c)) ? 1 : 0;
  }

  const RoleQuestion& question_;
  CsvReader rows_;
  SeriesIds ids_;
  std::vector<std::string_view> id_;
  std::vector<bool> is_target_;
  std::vector<bool> is_fixed_, differs_;  // of each candidate: one value in each series; not the same in all
  std::vector<std::string> first_;        // [series, candidates] the first cells
  std::vector<Tail> tails_;               // of each series
};

}  // namespace

ColumnRoles guess_roles(const CsvFile& file, const RoleQuestion& question) {
  ColumnRoles roles = RoleReading(file, question).read();
  if (question.series_columns.empty()) roles.fixed.clear();
  return roles;
}

}  // namespace pipeline
