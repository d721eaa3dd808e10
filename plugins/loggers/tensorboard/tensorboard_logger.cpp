#include "tensorboard_logger.h"

#include <array>
#include <chrono>
#include <exception>
#include <utility>

#include "events.h"
#include "hparams.h"

namespace pipeline::loggers::tensorboard {

namespace {

Moment at(std::int64_t step) { return {std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(), step}; }

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

FileExtent extent_of(const Value& position) {
  if (position.is_null()) return {};
  return {.name = position.at("file").as_string(), .bytes = position.at("bytes").as_int()};
}

}  // namespace

TensorBoardLogger::TensorBoardLogger(Options options, const LoggerContext& context)
    : options_(std::move(options)),
      context_(context),
      prefix_(options_.prefix.empty() ? "" : options_.prefix + "-"),
      file_(context.version_dir, milliseconds(options_.flush_secs), context.log, extent_of(context.position)) {}

void TensorBoardLogger::log_hyper_parameters(const Value& hyper_parameters) {
  try {
    write_hparams(context_.version_dir, hyper_parameters);
  } catch (const std::exception& error) {
    context_.log.warning(std::string("TensorBoardLogger: ") + error.what() + "; the training goes on without hparams.yaml");
  }
  // Readers keep the first metadata of a tag, so a later stage does not declare the hyper-parameters again.
  if (context_.append) return;
  if (options_.default_hp_metric) log_scalars(std::array{std::pair<std::string, double>("hp_metric", -1.0)}, 0);
  auto flat = flatten(hyper_parameters);
  // Folders are named after models, so these tell runs of several workflows apart in the table of hyper-parameters.
  for (const auto& [name, value] : {std::pair("workflow", context_.workflow), std::pair("stage", context_.stage)}) {
    if (!value.empty() && !hyper_parameters.find(name)) flat.emplace_back(name, value);
  }
  std::vector<std::string> metrics;
  for (const std::string& metric : options_.hp_metrics) metrics.push_back(prefix_ + metric);
  file_.add(experiment_event(at(0), flat, metrics));
  file_.add(session_start_event(at(0), flat));
}

void TensorBoardLogger::log_scalars(Scalars scalars, std::int64_t step) { file_.add(scalars_event(at(step), scalars, prefix_)); }

void TensorBoardLogger::log_image(const std::string& tag, std::span<const unsigned char> png, int width, int height, std::int64_t step) {
  file_.add(image_event(at(step), prefix_ + tag, png, width, height));
}

void TensorBoardLogger::log_histogram(const std::string& tag, std::span<const float> values, std::int64_t step) {
  file_.add(RawHistogram{at(step), prefix_ + tag, {values.begin(), values.end()}});
}

void TensorBoardLogger::log_final_metrics(Scalars metrics, std::int64_t step) {
  std::string event = scalars_event(at(step), metrics, prefix_);
  repeats_ = context_.append && file_.folder_ends_with(event);
  if (!repeats_) file_.add(std::move(event));
}

void TensorBoardLogger::flush() { file_.flush(); }

Value TensorBoardLogger::position() {
  const FileExtent extent = file_.extent();
  return Value::Map{{"file", extent.name}, {"bytes", extent.bytes}};
}

// Lightning writes "success" when a training starts. This logger tells a finished training from a failed or a running one. A later stage
// writes it again, in case the training was killed before it could.
void TensorBoardLogger::finish(bool success) {
  if (repeats_) return;
  file_.add(session_end_event(at(0), success));
  file_.flush();
}

}  // namespace pipeline::loggers::tensorboard
