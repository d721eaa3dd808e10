#include "data/series_files.h"

#include <algorithm>
#include <array>
#include <optional>

#include "data/json_parts.h"
#include "data/panel_files.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr const char* row_numbers = "<i8";
constexpr const char* times = "<M8[ns]";

std::int64_t size_of(const auto& container) { return static_cast<std::int64_t>(container.size()); }

template <class T>
NpyOutput<T> make(const std::filesystem::path& folder, const char* name, const char* descr, std::initializer_list<std::int64_t> shape) {
  return {folder / name, descr, std::span(shape.begin(), shape.size())};
}

/// columns.json describes the columns, transform.json their transforms; together they hold the SeriesInfo.
void write_info(const std::filesystem::path& folder, const SeriesInfo& info) {
  Value columns = info.to_value();
  write_json(folder / "transform.json", Value::Map{{"columns", columns.at("columns")}});
  columns.as_map().erase("columns");
  write_json(folder / "columns.json", columns);
}

SeriesInfo read_info(const std::filesystem::path& folder) {
  for (const char* name : {"columns.json", "transform.json"}) {
    if (!std::filesystem::exists(folder / name)) throw data_error(folder.string() + " holds no series: " + name + " is missing");
  }
  try {
    Value all = read_json(folder / "columns.json");
    all["columns"] = read_json(folder / "transform.json").at("columns");
    return SeriesInfo::from_value(all);
  } catch (const Error& error) {
    throw data_error((folder / "columns.json").string() + " and transform.json are damaged: " + error.what() + "; " +
                     damage_cure(folder / "columns.json"));
  }
}

/// The ends of the splits of one series.
SplitEnd splits_of(const SeriesInfo& info) {
  const auto& [train, val, test] = info.split_end;
  return {train, val, info.calibration_end > 0 ? info.calibration_end : val, test};
}

void check_rows(const SeriesInfo& info, std::int64_t rows, const std::filesystem::path& folder) {
  std::int64_t at = 0;
  for (const Segment& s : info.segments) {
    if (s.first < at || s.count < 0 || s.count > rows - s.first) throw data_error(folder.string() + ": a segment lies beyond the series");
    at = s.first + s.count;
  }
  const SplitEnd ends = splits_of(info);
  if (ends.front() < 0 || !std::ranges::is_sorted(ends) || ends.back() > rows) {
    throw data_error(folder.string() + ": a split lies beyond the series");
  }
}

}  // namespace

SeriesOutput::SeriesOutput(const std::filesystem::path& folder, SeriesInfo info, std::int64_t rows)
    : values_(make<float>(folder, "series.npy", "<f4", {rows, size_of(info.columns)})),
      time_(make<std::int64_t>(folder, "time.npy", info.has_time ? times : row_numbers, {rows})),
      targets_(make<double>(folder, "targets.npy", "<f8", {rows, size_of(info.targets)})),
      observed_(make<std::uint8_t>(folder, "observed.npy", "|b1", {rows, size_of(info.columns)})) {
  write_info(folder, info);
}

void write_static(const std::filesystem::path& folder, std::span<const float> numbers, std::span<const std::int32_t> codes,
                  const SeriesInfo& info, std::int64_t series) {
  if (!info.fixed.empty()) {
    const auto out = make<float>(folder, "static.npy", "<f4", {series, size_of(info.fixed)});
    std::ranges::copy(numbers, out.data().begin());
  }
  if (!info.fixed_words.empty()) {
    const auto out = make<std::int32_t>(folder, "static_codes.npy", "<i4", {series, size_of(info.fixed_words)});
    std::ranges::copy(codes, out.data().begin());
  }
}

void write_series(const std::filesystem::path& folder, const SeriesData& data) {
  const std::size_t rows = data.time.size(), cells = rows * data.info.columns.size();
  if (data.values.size() != cells || data.targets.size() != rows * data.info.targets.size() ||
      (!data.observed.empty() && data.observed.size() != cells)) {
    throw data_error("write_series: values, targets and observed don't fit " + std::to_string(rows) + " rows of " +
                     std::to_string(data.info.columns.size()) + " columns");
  }
  if (data.info.panel) throw data_error("write_series: it writes one series, and these are " + std::to_string(data.info.panel->series));
  const SeriesOutput out(folder, data.info, static_cast<std::int64_t>(rows));
  std::ranges::copy(data.values, out.values().begin());
  std::ranges::copy(data.time, out.time().begin());
  std::ranges::copy(data.targets, out.targets().begin());
  if (data.observed.empty()) {
    std::ranges::fill(out.observed(), std::uint8_t{1});
  } else {
    std::ranges::copy(data.observed, out.observed().begin());
  }
}

struct Series::Impl {
  SeriesInfo info;
  NpyFile values_file, time_file, targets_file, observed_file;
  std::span<const float> values;
  std::span<const std::int64_t> time;
  std::span<const double> targets;
  std::span<const std::uint8_t> observed;
  std::optional<NpyFile> fixed_file, fixed_codes_file;
  std::span<const float> fixed;
  std::span<const std::int32_t> fixed_codes;
  std::optional<PanelFiles> panel;
  std::array<std::int64_t, 2> whole{};  ///< the start of a single series, and its end

  explicit Impl(const std::filesystem::path& folder)
      : info(read_info(folder)),
        values_file(folder / "series.npy"),
        time_file(folder / "time.npy"),
        targets_file(folder / "targets.npy"),
        observed_file(folder / "observed.npy") {
    const auto& shape = values_file.header().shape;
    const std::int64_t rows = shape.empty() ? 0 : shape[0];
    const std::array<std::int64_t, 2> cells{rows, size_of(info.columns)}, levels{rows, size_of(info.targets)};
    values = values_file.as<float>("<f4", cells);
    time = time_file.as<std::int64_t>(info.has_time ? times : row_numbers, std::array{rows});
    targets = targets_file.as<double>("<f8", levels);
    observed = observed_file.as<std::uint8_t>("|b1", cells);
    check_rows(info, rows, folder);
    if (info.panel) panel.emplace(folder, info, rows);
    const std::int64_t series = info.panel ? info.panel->series : 1;
    if (!info.fixed.empty()) fixed = fixed_file.emplace(folder / "static.npy").as<float>("<f4", std::array{series, size_of(info.fixed)});
    if (!info.fixed_words.empty())
      fixed_codes =
          fixed_codes_file.emplace(folder / "static_codes.npy").as<std::int32_t>("<i4", std::array{series, size_of(info.fixed_words)});
    whole = {0, rows};
  }
};

Series::Series(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Series::~Series() = default;

std::shared_ptr<const Series> Series::open(const std::filesystem::path& folder) {
  return std::shared_ptr<const Series>(new Series(std::make_unique<Impl>(folder)));
}

const SeriesInfo& Series::info() const { return impl_->info; }
std::int64_t Series::rows() const { return size_of(impl_->time); }
std::int64_t Series::columns() const { return size_of(impl_->info.columns); }
std::span<const float> Series::values() const { return impl_->values; }
std::span<const std::int64_t> Series::time() const { return impl_->time; }
std::span<const double> Series::targets() const { return impl_->targets; }
std::span<const std::uint8_t> Series::observed() const { return impl_->observed; }
std::span<const float> Series::fixed() const { return impl_->fixed; }
std::span<const std::int32_t> Series::fixed_codes() const { return impl_->fixed_codes; }

std::int64_t Series::series_count() const { return impl_->panel ? impl_->info.panel->series : 1; }

Segment Series::rows_of(std::int64_t series) const {
  const std::span<const std::int64_t> start = impl_->panel ? impl_->panel->start() : impl_->whole;
  const std::int64_t first = start[static_cast<std::size_t>(series)];
  return {first, start[static_cast<std::size_t>(series) + 1] - first};
}

std::string Series::id(std::int64_t series) const { return impl_->panel ? impl_->panel->id(series) : std::string(); }

std::array<std::int64_t, 3> Series::split_end(std::int64_t series) const {
  if (!impl_->panel) return impl_->info.split_end;
  const SplitEnd ends = impl_->panel->split_end(series);
  return {ends[0], ends[1], ends[3]};
}

Segment Series::rows_of(std::int64_t series, Split split) const {
  const SplitEnd ends = impl_->panel ? impl_->panel->split_end(series) : splits_of(impl_->info);
  const std::ptrdiff_t place = std::ranges::find(splits_in_time, split) - splits_in_time.begin();
  const std::int64_t first = place == 0 ? rows_of(series).first : ends[static_cast<std::size_t>(place) - 1];
  return {first, ends[static_cast<std::size_t>(place)] - first};
}

std::span<const Segment> Series::segments() const { return impl_->panel ? impl_->panel->segments() : impl_->info.segments; }

ColumnTransform Series::column(std::int64_t series, std::size_t column) const {
  return panel().scaled_in(series, impl_->info.columns[column], column, impl_->info.columns.size());
}

PanelView Series::panel() const {
  if (!impl_->panel) return {};
  return {.start = impl_->panel->start(), .scale = impl_->panel->scale(), .group = impl_->panel->group()};
}

}  // namespace pipeline
