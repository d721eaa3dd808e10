#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <optional>
#include <utility>

#include "config/graph.h"
#include "data/split.h"
#include "pipeline/data/format.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/slicing.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

namespace fs = std::filesystem;

/// Beyond so many bytes a check would take long; the run finds what is wrong then.
constexpr std::int64_t most_bytes = 64 << 20;

/// The lines of a text file, up to `most` and a few more; nullopt once more than most_bytes are read. `bytes`: read so far.
std::optional<std::int64_t> count_lines(const fs::path& file, std::int64_t most, std::int64_t& bytes) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, 1 << 16> portion{};
  std::int64_t lines = 0;
  bool within_line = false;
  while (lines <= most && (in.read(portion.data(), portion.size()), in.gcount() > 0)) {
    for (std::streamsize i = 0; i < in.gcount(); ++i) {
      const char c = portion[static_cast<std::size_t>(i)];
      if (c == '\n' || c == '\r') {
        within_line = false;
      } else if (!std::exchange(within_line, true)) {
        ++lines;
      }
    }
    if ((bytes += in.gcount()) > most_bytes) return std::nullopt;
  }
  return lines;
}

/// The lines of text files, each without its heading, up to `most`; empty lines do not count. A line within quotes counts as several, so
/// that a CSV file has as many rows at most. nullopt if that cannot be said soon.
std::optional<std::int64_t> count_rows(const std::vector<fs::path>& files, bool header, std::int64_t most) {
  std::int64_t rows = 0, bytes = 0;
  for (const fs::path& file : files) {
    const auto lines = count_lines(file, most, bytes);
    if (!lines) return std::nullopt;
    rows += std::max<std::int64_t>(*lines - (header ? 1 : 0), 0);
  }
  return std::min(rows, most);
}

struct Lengths {
  RowsBefore before;
  std::int64_t horizon = 0;
};

/// min_observed of padded windows; nullptr without padding.
const Value* least_observed(const Value& options) {
  const Value* padding = options.find("padding");
  return padding && *padding == Value(word_of(Padding::left)) ? options.find("min_observed") : nullptr;
}

std::optional<Lengths> lengths_of(const Value& options) {
  const Value *window = options.find("window"), *horizon = options.find("horizon"), *observed = least_observed(options);
  if (!window || !horizon || !window->is_int() || !horizon->is_int()) return std::nullopt;
  if (!observed || !observed->is_int()) return Lengths{{"window", window->as_int()}, horizon->as_int()};
  return Lengths{{"min_observed", observed->as_int()}, horizon->as_int()};
}

void check_min_observed(CheckContext& context, const GraphStage& slicing) {
  const Value *window = slicing.plan.options.find("window"), *observed = least_observed(slicing.plan.options);
  if (!window || !observed || !window->is_int() || !observed->is_int() || observed->as_int() <= window->as_int()) return;
  const Node* place = slicing.node->find("min_observed");
  context.mistake(place ? place->place : slicing.node->key,
                  slicing.plan.name + ": " + min_observed_mistake(observed->as_int(), window->as_int()));
}

/// The rows with which every split surely has a window; for counts, the rows that these ask for.
std::int64_t enough_rows(const SplitRule& rule, const Lengths& lengths) {
  constexpr double limit = 1e12;
  if (rule.kind == SplitRule::Kind::counts) {
    double asked = 0;
    for (const std::int64_t count : rule.counts) asked += static_cast<double>(count);
    return static_cast<std::int64_t>(std::min(asked, limit));
  }
  const auto before = static_cast<double>(lengths.before.rows), horizon = static_cast<double>(lengths.horizon);
  double rows = (before + horizon) / rule.fractions[0];
  for (const double share : {rule.fractions[1], rule.fractions[2]}) rows = std::max(rows, (horizon + 1) / share);
  return static_cast<std::int64_t>(std::ceil(std::min(rows, limit))) + 3;  // each end is rounded down
}

/// Why some split of so many rows has no window; empty: each has one.
std::string shortage(const SplitRule& rule, std::int64_t rows, const Lengths& lengths) {
  try {
    const SplitEnd ends = rule.ends(rows, nullptr, "rows");
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (rule.leaves_out(splits_in_time[i])) continue;
      const std::int64_t count = ends[i] - begin;
      if (count < lengths.horizon || ends[i] - lengths.horizon < lengths.before.rows)
        return no_window_sentence(name_of(splits_in_time[i]), "at most " + format_count(count) + " rows", lengths.before, lengths.horizon);
      begin = ends[i];
    }
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// Whether a stage could take a time column and names none.
bool lacks_time(const GraphStage& series) {
  return std::ranges::any_of(series.info->schema.options, [&](const OptionInfo& option) {
    const Value* column = series.plan.options.find(option.name);
    return option.role == OptionRole::time_column && (!column || *column == Value("") || *column == Value(Value::List{}));
  });
}

bool holds_many_series(const GraphStage& series) {
  const Value *layout = series.plan.options.find("layout"), *column = series.plan.options.find("series_column");
  const bool named = column && *column != Value("") && *column != Value(Value::List{});
  return named || (layout && *layout != Value(word_of(Layout::columns)));
}

}  // namespace

void check_window_fit(CheckContext& context, const Value& split, const GraphStage& slicing, const GraphStage& series) {
  check_min_observed(context, slicing);
  const auto lengths = lengths_of(slicing.plan.options);
  const auto sources = series.info ? source_files(*series.info, series.plan.options) : std::vector<fs::path>();
  if (!lengths || sources.empty() || lengths->before.rows > most_rows || lengths->horizon > most_rows)
    return;  // too large: reported already
  SplitRule rule;
  try {
    rule = SplitRule::parse(split);
  } catch (const Error&) {
    return;  // reported already
  }
  const bool counts = rule.kind == SplitRule::Kind::counts,
             reported = counts && std::ranges::any_of(rule.counts, [](auto n) { return n < 1; });
  if (reported) return;
  if (rule.kind == SplitRule::Kind::times) {
    if (lacks_time(series) && !holds_many_series(series))
      context.mistake(context.document.root.find("split")->place,
                      "split names times, and stage " + in_quotes(series.plan.name) + " has no time_column");
    return;
  }
  if (rule.kind == SplitRule::Kind::tails || holds_many_series(series)) return;  // the file's rows are not those of a series
  const std::int64_t enough = enough_rows(rule, *lengths);
  const Value* header = series.plan.options.find("header");
  const auto rows = count_rows(sources, !header || *header != Value(false), enough);
  if (!rows || *rows == 0 || (*rows == enough && !counts)) return;
  const std::string why = shortage(rule, *rows, *lengths);
  if (why.empty()) return;
  const Node* before = slicing.node->find(lengths->before.option);
  context.mistake(before ? before->place : slicing.node->key, slicing.plan.name + ": " + why);
}

}  // namespace pipeline
