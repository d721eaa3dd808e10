#include "csv_logger.h"

#include <chrono>
#include <exception>
#include <utility>

#include "pipeline/data/format.h"

namespace pipeline::loggers::csv {

namespace {

constexpr std::chrono::seconds write_interval{2};
constexpr std::size_t most_queued_rows = 100'000;

}  // namespace

CSVLogger::CSVLogger(Options options, const LoggerContext& context)
    : options_(std::move(options)),
      context_(context),
      file_(context.version_dir / "metrics.csv"),
      writer_(write_interval, [this] { drain(); }) {
  if (context.position.is_null()) return;
  try {
    const std::lock_guard lock(file_mutex_);
    const std::int64_t lacking = file_.cut(Extent::from_value(context.position));
    if (lacking > 0)
      context_.log.warning("CSVLogger: " + (context.version_dir / "metrics.csv").string() + " lacks " + format_count(lacking) +
                           " lines that it had when the training stopped: they are lost, and the training goes on after the gap");
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

CSVLogger::~CSVLogger() { drain(); }

void CSVLogger::log_hyper_parameters(const Value& hyper_parameters) {
  try {
    write_hparams(context_.version_dir, hyper_parameters);
  } catch (const std::exception& error) {
    context_.log.warning(std::string("CSVLogger: ") + error.what() + "; the training goes on without hparams.yaml");
  }
}

Row CSVLogger::row_of(Scalars scalars, std::int64_t step) const {
  Row row{{scalars.begin(), scalars.end()}, step};
  if (!options_.prefix.empty()) {
    for (auto& [name, value] : row.scalars) name = options_.prefix + "-" + name;
  }
  return row;
}

void CSVLogger::log_scalars(Scalars scalars, std::int64_t step) { log(row_of(scalars, step)); }

void CSVLogger::log(Row row) {
  const std::int64_t step = row.step;
  bool warn = false;
  {
    const std::lock_guard lock(queue_mutex_);
    if (closed_) return;
    if (queue_.size() < most_queued_rows) {
      queue_.push_back(std::move(row));
    } else {
      warn = !std::exchange(dropped_, true);
    }
  }
  if (warn) context_.log.warning("CSVLogger: metrics.csv takes rows slower than they come: some are left out");
  if ((step + 1) % options_.flush_logs_every_n_steps == 0) writer_.poke();
}

void CSVLogger::log_final_metrics(Scalars metrics, std::int64_t step) {
  Row row = row_of(metrics, step);
  if (context_.append) {
    const std::lock_guard lock(file_mutex_);
    if (file_.ends_with(row)) return;
  }
  log(std::move(row));
}

void CSVLogger::flush() { drain(); }

Value CSVLogger::position() {
  drain();
  const std::lock_guard lock(file_mutex_);
  return file_.extent().to_value();
}

void CSVLogger::finish(bool) { drain(); }

void CSVLogger::drain() {
  const std::lock_guard lock(file_mutex_);
  std::vector<Row> rows;
  {
    const std::lock_guard queue_lock(queue_mutex_);
    rows.swap(queue_);
  }
  if (rows.empty()) return;
  try {
    file_.append(rows);
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

void CSVLogger::fail(const std::string& reason) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (std::exchange(closed_, true)) return;
    queue_.clear();
  }
  context_.log.warning("CSVLogger: " + reason + "; the training goes on without metrics.csv");
}

}  // namespace pipeline::loggers::csv
