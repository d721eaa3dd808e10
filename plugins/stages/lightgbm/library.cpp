#include "library.h"

#include <dlfcn.h>

#include <cmath>
#include <utility>
#include <vector>

#include "pipeline/errors.h"

namespace pipeline::stage::lightgbm {

namespace {

constexpr int float32 = 0, row_major = 1, plain_values = 0, all_iterations = -1;
/// LightGBM leaves values so small out of a sample: they count as zero.
constexpr double smallest = 1e-35;

/// The cure where the library cannot be used; `why`: what the loader says.
std::string cure(const std::string& why) {
  if (why.find("libgomp") != std::string::npos) return ": it needs GCC's OpenMP runtime; Debian's package is libgomp1";
  return ". LightGBM 4.3 or newer is a library of its own: in the folder of the workflow, `pip install --no-deps --target lightgbm "
         "lightgbm==4.7.0` brings it, and library = \"lightgbm/lightgbm/lib/lib_lightgbm.so\" in the stage's table names it";
}

void* opened(const std::filesystem::path& file) {
  if (file.empty()) throw plugin_error("the option library names no file" + cure({}));
  // Its threads come from the system's libgomp; what it defines shall not meet what other libraries define.
  if (void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  const char* said = ::dlerror();
  const std::string why = said ? said : "no reason is known";
  throw plugin_error("LightGBM cannot be loaded: " + why + cure(why));
}

void find(void* library, const char* name, auto& function) {
  void* found = ::dlsym(library, name);
  if (!found) throw plugin_error(std::string("the library of LightGBM has no function ") + name + cure({}));
  function = reinterpret_cast<std::decay_t<decltype(function)>>(found);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): POSIX
}

void ignore_log(const char*) {}

/// The values of one column of a sample that are not zero, and their rows.
struct SampledColumn {
  std::vector<double> values;
  std::vector<int> rows;
};

std::vector<SampledColumn> columns_of(const Dataset::Sample& sample) {
  std::vector<SampledColumn> columns(sample.columns);
  for (std::size_t i = 0; i < sample.rows.size(); ++i) {
    const double value = sample.rows[i];
    if (std::abs(value) <= smallest) continue;  // false for NaN
    SampledColumn& column = columns[i % sample.columns];
    column.values.push_back(value);
    column.rows.push_back(static_cast<int>(i / sample.columns));
  }
  return columns;
}

}  // namespace

Library::Library(const std::filesystem::path& file) {
  void* library = opened(file);  // it stays: its threads may outlive any scope
  find(library, "LGBM_GetLastError", functions_.last_error);
  find(library, "LGBM_RegisterLogCallback", functions_.register_log);
  find(library, "LGBM_DatasetCreateFromSampledColumn", functions_.dataset_from_sample);
  find(library, "LGBM_DatasetPushRows", functions_.dataset_push);
  find(library, "LGBM_DatasetSetField", functions_.dataset_set_field);
  find(library, "LGBM_DatasetFree", functions_.dataset_free);
  find(library, "LGBM_BoosterCreate", functions_.booster_create);
  find(library, "LGBM_BoosterUpdateOneIter", functions_.booster_update);
  find(library, "LGBM_BoosterPredictForMat", functions_.booster_predict);
  find(library, "LGBM_BoosterFree", functions_.booster_free);
  int (*max_threads)(int*) = nullptr;  // since 4.3; older ones take other arguments
  find(library, "LGBM_GetMaxThreads", max_threads);
  check(functions_.register_log(&ignore_log));
}

void Library::check(int status) const {
  if (status != 0) throw Error(ExitStatus::unexpected, std::string("LightGBM: ") + functions_.last_error());
}

Dataset::Dataset(const Library& library, const Sample& sample, std::int32_t rows, const std::string& parameters)
    : library_(library), columns_(sample.columns) {
  std::vector<SampledColumn> columns = columns_of(sample);
  std::vector<double*> values;
  std::vector<int*> row_numbers;
  std::vector<int> counts;
  for (SampledColumn& column : columns) {
    values.push_back(column.values.data());
    row_numbers.push_back(column.rows.data());
    counts.push_back(static_cast<int>(column.values.size()));
  }
  const auto sampled = static_cast<std::int32_t>(sample.rows.size() / columns_);
  library_.check(library_.call().dataset_from_sample(values.data(), row_numbers.data(), static_cast<std::int32_t>(columns_), counts.data(),
                                                     sampled, rows, rows, parameters.c_str(), &handle_));
}

Dataset::~Dataset() {
  if (handle_) library_.call().dataset_free(handle_);
}

void Dataset::push(std::span<const float> rows) {
  const auto count = static_cast<std::int32_t>(rows.size() / columns_);
  library_.check(library_.call().dataset_push(handle_, rows.data(), float32, count, static_cast<std::int32_t>(columns_), pushed_));
  pushed_ += count;
}

void Dataset::set_labels(std::span<const float> labels) {
  library_.check(library_.call().dataset_set_field(handle_, "label", labels.data(), static_cast<int>(labels.size()), float32));
}

Booster::Booster(const Library& library, const Dataset& data, const std::string& parameters) : library_(&library) {
  library.check(library.call().booster_create(data.handle(), parameters.c_str(), &handle_));
}

Booster::Booster(Booster&& other) noexcept : library_(other.library_), handle_(std::exchange(other.handle_, nullptr)) {}

Booster::~Booster() {
  if (handle_) library_->call().booster_free(handle_);
}

bool Booster::update() {
  int finished = 0;
  library_->check(library_->call().booster_update(handle_, &finished));
  return finished != 0;
}

void Booster::predict(std::span<const float> rows, std::size_t columns, const std::string& parameters, std::span<double> out) const {
  std::int64_t count = 0;
  library_->check(library_->call().booster_predict(handle_, rows.data(), float32, static_cast<std::int32_t>(rows.size() / columns),
                                                   static_cast<std::int32_t>(columns), row_major, plain_values, 0, all_iterations,
                                                   parameters.c_str(), &count, out.data()));
  if (count != static_cast<std::int64_t>(out.size())) throw Error(ExitStatus::unexpected, "LightGBM gave another number of forecasts");
}

}  // namespace pipeline::stage::lightgbm
