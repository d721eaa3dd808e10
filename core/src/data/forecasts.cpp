#include "pipeline/data/forecasts.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "data/json_parts.h"
#include "data/npy.h"
#include "pipeline/data/files.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr const char* info_name = "forecasts.json";
constexpr const char* origins_name = "origins.npy";
constexpr const char* values_name = "forecasts.npy";
constexpr std::int64_t numbers = 4;
constexpr std::array forecast_splits{Split::val, Split::test, Split::calibration};
static_assert(sizeof(ForecastOrigin) == numbers * sizeof(std::int64_t), "origins.npy is mapped as origins");

Value to_value(const ForecasterRecord& model) {
  return Value::Map{{"name", model.name}, {"levels", Value::List(model.levels.begin(), model.levels.end())}, {"replaced", model.replaced}};
}

ForecasterRecord record_of(const Value& value) {
  ForecasterRecord out{.name = value.at("name").as_string(), .levels = {}, .replaced = value.at("replaced").as_int()};
  for (const Value& level : value.at("levels").as_list()) out.levels.push_back(level.as_double());
  return out;
}

}  // namespace

std::int64_t count_origins(const Windows& windows) {
  std::int64_t count = 0;
  for (const Split split : forecast_splits) count += windows.count(split);
  return count;
}

void fill_origins(const Windows& windows, std::span<ForecastOrigin> origins) {
  const Series& series = *windows.series();
  std::size_t at = 0;
  for (const Split split : forecast_splits) {
    const std::vector<std::int64_t> starts = windows.series_starts(split);  // the series is looked up once for all its windows
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
      const std::int64_t of = series.series_of(windows.origin(split, starts[i]));
      for (std::int64_t window = starts[i]; window < starts[i + 1]; ++window) {
        const std::int64_t row = windows.origin(split, window);
        origins[at++] = {
            .split = static_cast<std::int64_t>(split), .series = of, .row = row, .time = series.time()[static_cast<std::size_t>(row)]};
      }
    }
  }
}

struct ForecastsWriter::Impl {
  std::filesystem::path folder;
  std::string windows;
  std::vector<std::string> targets;
  std::int64_t horizon, count;
  NpyOutput<std::int64_t> origins;
  std::vector<ForecasterRecord> models{};
  std::optional<NpyOutput<double>> values{};
};

ForecastsWriter::ForecastsWriter(std::filesystem::path folder, std::string windows, std::vector<std::string> targets, std::int64_t horizon,
                                 std::int64_t origins) {
  NpyOutput<std::int64_t> file(folder / origins_name, "<i8", std::array{origins, numbers});
  impl_ = std::make_unique<Impl>(Impl{.folder = std::move(folder),
                                      .windows = std::move(windows),
                                      .targets = std::move(targets),
                                      .horizon = horizon,
                                      .count = origins,
                                      .origins = std::move(file)});
}

ForecastsWriter::ForecastsWriter(const std::filesystem::path& folder, const Windows& windows, const std::filesystem::path& windows_folder)
    : ForecastsWriter(folder, std::filesystem::relative(windows_folder, folder).generic_string(), windows.target_names(),
                      windows.info().horizon, count_origins(windows)) {
  fill_origins(windows, origins());
}

ForecastsWriter::~ForecastsWriter() = default;

std::span<ForecastOrigin> ForecastsWriter::origins() const {
  return {reinterpret_cast<ForecastOrigin*>(impl_->origins.data().data()), static_cast<std::size_t>(impl_->count)};
}

std::span<double> ForecastsWriter::add(const std::string& name, std::vector<double> levels) {
  if (std::ranges::find(impl_->models, name, &ForecasterRecord::name) != impl_->models.end())
    throw usage_error("the model \"" + name + "\" forecasts twice: name it once");
  const std::array shape{impl_->count, impl_->horizon, std::ssize(impl_->targets), 1 + std::ssize(levels)};
  make_folder(impl_->folder / name);
  impl_->models.push_back({.name = name, .levels = std::move(levels)});
  const std::span<double> values = impl_->values.emplace(impl_->folder / name / values_name, "<f8", shape).data();
  std::ranges::fill(values, std::numeric_limits<double>::quiet_NaN());
  return values;
}

void ForecastsWriter::set_replaced(std::int64_t replaced) { impl_->models.back().replaced = replaced; }

void ForecastsWriter::finish() {
  Value::List models;
  std::ranges::transform(impl_->models, std::back_inserter(models), to_value);
  write_json(impl_->folder / info_name, Value::Map{{"windows", impl_->windows},
                                                   {"targets", Value::List(impl_->targets.begin(), impl_->targets.end())},
                                                   {"horizon", impl_->horizon},
                                                   {"models", std::move(models)}});
}

struct Forecasts::Impl {
  std::filesystem::path windows;
  std::vector<std::string> targets;
  std::int64_t horizon = 0;
  std::vector<ForecasterRecord> models;
  std::vector<NpyFile> files;  ///< origins, then the forecasts of each model
  std::span<const ForecastOrigin> origins;
  std::vector<std::span<const double>> values;

  void read_info(const std::filesystem::path& file) {
    const Value info = read_json(file);
    windows = (file.parent_path() / info.at("windows").as_string()).lexically_normal();
    for (const Value& target : info.at("targets").as_list()) targets.push_back(target.as_string());
    horizon = info.at("horizon").as_int();
    for (const Value& model : info.at("models").as_list()) models.push_back(record_of(model));
  }

  void map(const std::filesystem::path& folder) {
    const auto& shape = files.emplace_back(folder / origins_name).header().shape;
    const std::int64_t count = shape.empty() ? 0 : shape[0];
    const auto all = files.back().as<std::int64_t>("<i8", std::array{count, numbers});
    origins = {reinterpret_cast<const ForecastOrigin*>(all.data()), static_cast<std::size_t>(count)};
    for (const ForecasterRecord& model : models) {
      const NpyFile& file = files.emplace_back(folder / model.name / values_name);
      values.push_back(file.as<double>("<f8", std::array{count, horizon, std::ssize(targets), 1 + std::ssize(model.levels)}));
    }
  }
};

Forecasts::Forecasts(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Forecasts::~Forecasts() = default;

std::shared_ptr<const Forecasts> Forecasts::open(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / info_name;
  if (!std::filesystem::exists(file)) throw data_error(folder.string() + " holds no forecasts: " + info_name + " is missing");
  auto impl = std::make_unique<Impl>();
  try {
    impl->read_info(file);
  } catch (const Error& error) {
    throw data_error(file.string() + " is damaged: " + error.what() + "; " + damage_cure(file));
  }
  impl->map(folder);
  return std::shared_ptr<const Forecasts>(new Forecasts(std::move(impl)));
}

const std::filesystem::path& Forecasts::windows() const { return impl_->windows; }
const std::vector<std::string>& Forecasts::targets() const { return impl_->targets; }
std::int64_t Forecasts::horizon() const { return impl_->horizon; }
std::span<const ForecastOrigin> Forecasts::origins() const { return impl_->origins; }
const std::vector<ForecasterRecord>& Forecasts::models() const { return impl_->models; }
std::span<const double> Forecasts::values(std::size_t model) const { return impl_->values.at(model); }

}  // namespace pipeline
