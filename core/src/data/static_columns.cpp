#include "data/static_columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "data/csv_files.h"
#include "data/series_ids.h"
#include "data/word_codes.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// The values of one column, with the row at which each series got its own.
template <class T>
class FixedColumn {
 public:
  FixedColumn(std::string name, std::size_t series) : name_(std::move(name)), rows_(series, -1) {}

  /// Takes a value of a series; false if it has another one.
  bool agrees(std::size_t series, std::int64_t row, const T& value, T& kept) {
    if (rows_[series] >= 0) return kept == value;
    rows_[series] = row;
    kept = value;
    return true;
  }
  [[nodiscard]] std::int64_t row_of(std::size_t series) const { return rows_[series]; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::vector<std::int64_t> rows_;
};

std::string place_of_row(const CsvFiles& files, std::int64_t row) {
  CsvFilesReader rows(files, {}, {});
  for (std::int64_t i = 0; i <= row; ++i) rows.next(nullptr);
  return rows.place();
}

template <class T>
Error two_values(const CsvFiles& files, const CsvFilesReader& rows, const FixedColumn<T>& column, std::size_t series, const std::string& id,
                 const std::string& before, const std::string& now) {
  return data_error(rows.place() + ": series \"" + id + "\": the static column \"" + column.name() + "\" is " + now + ", and " + before +
                    " in " + place_of_row(files, column.row_of(series)) +
                    "; a static column has one value in each series: name it in features or known_future, or correct it");
}

/// Codes the words of column `c` anew, in the order of the series with training rows: a word of other series alone becomes 0.
void keep_words_of_training(StaticColumns& columns, const std::vector<bool>& trains, std::size_t c, std::size_t words,
                            std::vector<std::string>& known) {
  std::vector<std::int32_t> code_of(known.size() + 1);
  std::vector<std::string> kept;
  for (std::size_t s = 0; s < trains.size(); ++s) {
    const auto old = static_cast<std::size_t>(columns.codes[s * words + c]);
    if (!trains[s] || old == 0 || code_of[old] != 0) continue;
    kept.push_back(known[old - 1]);
    code_of[old] = static_cast<std::int32_t>(kept.size());
  }
  for (std::size_t s = 0; s < trains.size(); ++s) {
    std::int32_t& code = columns.codes[s * words + c];
    code = code_of[static_cast<std::size_t>(code)];
  }
  known = std::move(kept);
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

StaticColumns read_static_columns(const StaticRequest& request, SeriesInfo& info, bool learn_words) {
  const CsvFiles files(request.files, request.format);
  const std::size_t series = request.ids.size(), numbers = info.fixed.size(), words = info.fixed_words.size();
  std::vector<std::size_t> number_columns, texts;
  std::vector<FixedColumn<double>> of_numbers;
  std::vector<FixedColumn<std::int32_t>> of_words;
  for (const std::string& name : request.series_columns) texts.push_back(files.first().index_of(name));
  for (const ColumnTransform& column : info.fixed) {
    number_columns.push_back(files.first().index_of(column.name));
    of_numbers.emplace_back(column.name, series);
  }
  std::vector<WordCodes> codes;
  std::vector<std::size_t> word_text;  // places among the texts
  for (const std::string& name : info.fixed_words) {
    word_text.push_back(place_of_text(files.first(), name, texts));
    of_words.emplace_back(name, series);
    codes.push_back(learn_words ? WordCodes() : WordCodes(info.words.at(name)));
  }
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t s = 0; s < series; ++s) places.emplace(request.ids[s], s);

  StaticColumns out{.numbers = std::vector<double>(series * numbers, std::numeric_limits<double>::quiet_NaN()),
                    .codes = std::vector<std::int32_t>(series * words),
                    .found = std::vector<bool>(series)};
  CsvFilesReader rows(files, number_columns, texts);
  std::vector<double> values(numbers);
  std::vector<std::string_view> id(request.series_columns.size());
  SeriesIds seen;
  for (std::int64_t row = 0; rows.next(values.data()); ++row) {
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = rows.text(i);
    const auto found = places.find(seen[seen.number_of(id)]);
    if (found == places.end()) continue;
    const std::size_t s = found->second;
    out.found[s] = true;
    for (std::size_t c = 0; c < numbers; ++c) {
      double& kept = out.numbers[s * numbers + c];
      if (std::isnan(values[c]) || of_numbers[c].agrees(s, row, values[c], kept)) continue;
      throw two_values(files, rows, of_numbers[c], s, request.ids[s], format_number(kept), format_number(values[c]));
    }
    for (std::size_t c = 0; c < words; ++c) {
      const std::string_view word = rows.text(word_text[c]);
      if (word.empty() || request.format.is_missing_word(word, info.fixed_words[c])) continue;
      std::int32_t& kept = out.codes[s * words + c];
      const auto code = static_cast<std::int32_t>(codes[c].code_of(word));
      if (of_words[c].agrees(s, row, code, kept)) continue;
      throw two_values(files, rows, of_words[c], s, request.ids[s], kept > 0 ? quoted(codes[c].word(kept)) : "another word",
                       quoted(std::string(word)));
    }
  }
  for (std::size_t c = 0; learn_words && c < words; ++c) {
    std::vector<std::string>& known = info.words[info.fixed_words[c]];
    for (std::int64_t code = 1; code <= codes[c].size(); ++code) known.push_back(codes[c].word(code));
  }
  files.require_unchanged();
  return out;
}

void fit_static(StaticColumns& columns, const std::vector<bool>& trains, SeriesInfo& info) {
  const std::size_t numbers = info.fixed.size(), words = info.fixed_words.size(), series = columns.found.size();
  for (std::size_t c = 0; c < words; ++c) keep_words_of_training(columns, trains, c, words, info.words.at(info.fixed_words[c]));
  for (std::size_t c = 0; c < numbers; ++c) {
    ColumnTransform& column = info.fixed[c];
    if (column.scaler == "none") continue;
    double count = 0, sum = 0, squares = 0;
    for (std::size_t s = 0; s < series; ++s) {
      if (trains[s]) sum += columns.numbers[s * numbers + c], count += 1;
    }
    column.center = sum / count;
    for (std::size_t s = 0; s < series; ++s) {
      if (trains[s]) squares += std::pow(columns.numbers[s * numbers + c] - column.center, 2);
    }
    column.scaler = "standard";
    column.scale = std::sqrt(squares / count);
    if (!(column.scale > 1e-14 * std::abs(column.center))) column.scale = 1;
  }
}

std::vector<float> scaled_static(const StaticColumns& columns, const SeriesInfo& info) {
  std::vector<float> out;
  for (std::size_t i = 0; i < columns.numbers.size(); ++i)
    out.push_back(static_cast<float>(info.fixed[i % info.fixed.size()].forward(columns.numbers[i], 0)));
  return out;
}

void require_static_numbers(const StaticColumns& columns, const SeriesInfo& info, const std::vector<std::string>& ids,
                            const std::string& origin) {
  const std::size_t numbers = info.fixed.size();
  if (const auto absent = std::ranges::find(columns.found, false); absent != columns.found.end())
    throw data_error(origin + ": series \"" + ids[static_cast<std::size_t>(absent - columns.found.begin())] +
                     "\" has no row in this file, which holds the static columns; add one, or leave the series out");
  for (std::size_t i = 0; i < columns.numbers.size(); ++i) {
    if (!std::isnan(columns.numbers[i])) continue;
    const std::string& id = ids[i / numbers];
    throw data_error(origin + ": series \"" + id + "\" has no value in the static column \"" + info.fixed[i % numbers].name +
                     "\"; give it one, or leave the column out of static");
  }
}

}  // namespace pipeline
