#include "audit/perturbation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "data/mapped_file.h"
#include "data/npy.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/text.h"
#include "pipeline/data/time_text.h"
#include "pipeline/data/training_record.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"

namespace pipeline {

namespace {

namespace fs = std::filesystem;
using Level = Finding::Level;

constexpr std::size_t most_origins = 32;
constexpr std::int64_t most_values = 100'000'000;  ///< a copy of more would fill disks

/// What the measuring stage says again is known.
class NoLog final : public Log {
 public:
  void debug(std::string_view) override {}
  void info(std::string_view) override {}
  void warning(std::string_view) override {}
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return 80; }
  void status_line(std::string_view) override {}
};

/// Rows of origins, so far apart that the rows that one forecasts are in no other's window.
std::vector<std::int64_t> choose_origins(const Windows& windows, Split split) {
  const std::int64_t window = windows.info().window, count = windows.count(split),
                     apart = std::max<std::int64_t>(count / static_cast<std::int64_t>(most_origins), 1);
  std::vector<std::int64_t> origins;
  std::int64_t next = 0;
  for (std::int64_t i = 0; i < count && origins.size() < most_origins; ++i) {
    const std::int64_t first = windows.origin(split, i) + 1 - window;
    const bool is_clear =
        origins.empty() || first > origins.back() + windows.info().horizon || first + window - 1 < origins.back() - window;
    if (i < next || !is_clear) continue;
    origins.push_back(first + window - 1);
    next = i + apart;
  }
  return origins;
}

/// Numbers of a .npy file, to be changed.
template <class T>
class NpyEdit {
 public:
  explicit NpyEdit(const fs::path& file) : file_(file), numbers_(read(file)) {}
  [[nodiscard]] T& operator[](std::size_t i) { return numbers_[i]; }
  void save(std::string_view descr, std::span<const std::int64_t> shape) {
    fs::remove(file_);
    const NpyOutput<T> out(file_, descr, shape);
    std::ranges::copy(numbers_, out.data().begin());
  }

 private:
  static std::vector<T> read(const fs::path& file) {
    const NpyFile there(file);
    const auto* first = reinterpret_cast<const T*>(there.data().data());
    return {first, first + there.data().size() / sizeof(T)};
  }

  fs::path file_;
  std::vector<T> numbers_;
};

/// Replaces the rows that the origins forecast by noise: all columns that are not known ahead, and the targets' levels.
void put_noise(const fs::path& folder, const Series& series, std::span<const std::int64_t> origins, std::int64_t horizon) {
  const SeriesInfo& info = series.info();
  const auto columns = static_cast<std::size_t>(series.columns()), targets = info.targets.size();
  NpyEdit<float> values(folder / "series.npy");
  NpyEdit<double> levels(folder / "targets.npy");
  std::mt19937_64 random(17);
  std::uniform_real_distribution<double> noise(0.5, 3);
  for (const std::int64_t origin : origins) {
    const Segment of = series.rows_of(series.series_of(origin));
    const std::int64_t end = std::min(origin + horizon, of.first + of.count - 1);
    for (std::int64_t row = origin + 1; row <= end; ++row) {
      for (std::size_t c = 0; c < columns; ++c) {
        const bool is_known = std::ranges::find(info.known_future, info.columns[c].name) != info.known_future.end();
        if (!is_known && !info.is_word(info.columns[c].name))
          values[static_cast<std::size_t>(row) * columns + c] += static_cast<float>(noise(random));
      }
      for (std::size_t t = 0; t < targets; ++t) levels[static_cast<std::size_t>(row) * targets + t] *= 1 + noise(random);
    }
  }
  values.save("<f4", std::vector<std::int64_t>{series.rows(), series.columns()});
  levels.save("<f8", std::vector<std::int64_t>{series.rows(), static_cast<std::int64_t>(targets)});
}

using Key = std::pair<std::string, std::string>;      ///< series and origin, as written
using ByOrigin = std::map<Key, std::vector<double>>;  ///< all steps and targets

/// The forecasts from some origins in a file of predictions.
ByOrigin forecasts_from(const fs::path& file, const Series& series, std::span<const std::int64_t> origins) {
  const TimeText text(series.info(), series.time());
  ByOrigin out;
  for (const std::int64_t origin : origins)
    out[{series.info().panel ? series.id(series.series_of(origin)) : "", text(series.time()[static_cast<std::size_t>(origin)])}];
  PredictionsReader lines(file);
  while (lines.next()) {
    const auto found = out.find({lines.series(), std::string(lines.origin_text())});
    for (std::size_t t = 0; found != out.end() && t < lines.targets().size(); ++t) found->second.push_back(lines.forecast(t));
  }
  return out;
}

/// One training, measured as it is and on noise.
class Trial {
 public:
  Trial(const AuditSubject& subject, const StagePlan& measuring, fs::path scratch, const std::atomic<int>& cancel)
      : subject_(subject), measuring_(measuring), scratch_(std::move(scratch)), cancel_(cancel) {}

  [[nodiscard]] ByOrigin forecasts(TrainingRecord training, Split split, const Series& series, std::span<const std::int64_t> origins,
                                   const std::string& name) const {
    const fs::path train = scratch_ / (name + "-train"), out = scratch_ / (name + "-out");
    make_folder(train);
    make_folder(out);
    training.version_dir.clear();  // whose logs stay as they are
    write_training(train, training);
    Value options = measuring_.options;
    const std::string split_name = split_names[static_cast<std::size_t>(split)];
    options["splits"] = Value::List{split_name};
    options["predictions"] = "all";
    NoLog log;
    StageContext context{.stage = measuring_.name,
                         .folder = out,
                         .settings = subject_.workflow.settings,
                         .tables = measuring_.tables,
                         .registry = subject_.registry,
                         .log = log,
                         .cancel = cancel_,
                         .inputs = {{.kind = "checkpoint", .stage = training.stage, .folder = train}}};
    call(subject_.registry.make<Stage>(measuring_.type, options), "run", &Stage::run, context);
    const MetricsRecord metrics = read_metrics(out);
    return forecasts_from(out / metrics.models.front().predictions.at(split_name), series, origins);
  }

 private:
  const AuditSubject& subject_;
  const StagePlan& measuring_;
  fs::path scratch_;
  const std::atomic<int>& cancel_;
};

/// A copy of the windows over a copy of their series, in which the origins' future is noise.
fs::path perturbed_windows(const fs::path& scratch, const fs::path& windows_folder, const Windows& windows,
                           std::span<const std::int64_t> origins) {
  const fs::path series_folder = windows_folder / windows.info().series, series = scratch / "series", copy = scratch / "windows";
  make_folder(series);
  make_folder(copy);
  for (const auto& entry : fs::directory_iterator(series_folder)) {
    if (entry.is_regular_file()) fs::copy_file(entry.path(), series / entry.path().filename());
  }
  put_noise(series, *windows.series(), origins, windows.info().horizon);
  WindowsInfo info = windows.info();
  info.series = "../series";
  if (!info.range_file.empty()) fs::copy_file(windows_folder / info.range_file, copy / info.range_file);
  write_json(copy / "windows.json", info.to_value());
  return copy;
}

}  // namespace

Finding check_perturbation(const AuditSubject& subject, const fs::path& scratch, const std::atomic<int>& cancel) {
  const std::vector<const StagePlan*> measuring = subject.givers("metrics"), trained = subject.givers("checkpoint");
  if (measuring.empty() || trained.empty()) return {Level::ok, "perturbation", "no trained model is measured"};
  std::vector<std::string> blind;
  std::size_t count = 0;
  for (const StagePlan* stage : trained) {
    const TrainingRecord training = read_training({.kind = "checkpoint", .stage = stage->name, .folder = subject.run_folder / stage->name});
    const auto windows = Windows::open(training.windows);
    const Series* series = windows->series();
    if (!series || series->rows() * series->columns() > most_values) continue;
    const Split split = windows->count(Split::test) > 0 ? Split::test : Split::val;
    const std::vector<std::int64_t> origins = choose_origins(*windows, split);
    if (origins.empty()) continue;
    const fs::path own = scratch / stage->name;
    make_folder(own);
    const Trial trial(subject, *measuring.front(), own, cancel);
    TrainingRecord other = training;
    other.windows = perturbed_windows(own, training.windows, *windows, origins);
    const ByOrigin before = trial.forecasts(training, split, *series, origins, "before"),
                   after = trial.forecasts(other, split, *series, origins, "after");
    std::int64_t changed = 0;
    for (const auto& [origin, values] : before) changed += after.at(origin) != values ? 1 : 0;
    if (changed > 0)
      return {Level::fail, "perturbation",
              "forecasts of " + stage->name + " from " + format_count(changed) + " of " + format_count(std::ssize(origins)) +
                  " origins change with what comes after them: the model, or what reads its windows, looks ahead"};
    blind.push_back(stage->name);
    count += origins.size();
  }
  if (blind.empty()) return {Level::ok, "perturbation", "no model forecasts rows of a series that could be copied"};
  return {Level::ok, "perturbation",
          "forecasts of " + join(blind, ", ") + " from " + format_count(static_cast<std::int64_t>(count)) +
              " origins stay the same whatever comes after them"};
}

}  // namespace pipeline
