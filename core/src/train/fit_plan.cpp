#include "train/fit_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// The least share of so many batches that is a batch, rounded up to few digits.
double share_of_one(std::int64_t batches) {
  double digits = 10;
  while (digits < 10.0 * static_cast<double>(batches)) digits *= 10;
  double share = std::ceil(digits / static_cast<double>(batches)) / digits;
  while (static_cast<double>(batches) * share < 1) share += 1 / digits;
  return share;
}

/// Applies a limit: an integer counts batches, a float is a share of them, as in Lightning.
std::int64_t limited(const std::string& option, const Value& limit, std::int64_t batches) {
  if (limit.is_int()) return std::min(limit.as_int(), batches);
  const double share = limit.as_double();
  const auto count = static_cast<std::int64_t>(static_cast<double>(batches) * share);
  if (count == 0 && share > 0 && batches > 0) {
    throw usage_error("[trainer] " + option + " = " + format_number(share) + " of " + format_count(batches) +
                      " batches is less than one: write at least " + format_number(share_of_one(batches)) + ", or an integer");
  }
  return count;
}

/// Training batches from one validation to the next.
std::int64_t validation_interval(const Value& interval, std::int64_t train_batches) {
  if (interval.is_int()) {
    const std::int64_t batches = interval.as_int();
    if (batches <= train_batches || train_batches == 0) return batches;
    throw usage_error("[trainer] val_check_interval = " + std::to_string(batches) + " is more than the " + format_count(train_batches) +
                      " training batches of an epoch: lower it, or write check_val_every_n_epoch");
  }
  const double share = interval.as_double();
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(train_batches) * share));
}

}  // namespace

std::int64_t fast_dev_run_batches(const TrainerOptions& options) {
  const Value& value = options.fast_dev_run;
  if (value.is_null()) return 0;
  return value.is_bool() ? (value.as_bool() ? 1 : 0) : value.as_int();
}

FitPlan plan_fit(const TrainerOptions& options, std::int64_t train_batches, std::int64_t val_batches) {
  if (const std::int64_t n = fast_dev_run_batches(options); n > 0) {
    return {.max_epochs = 1,
            .min_epochs = options.min_epochs,
            .max_steps = n,
            .train_batches = std::min(n, train_batches),
            .val_batches = std::min(n, val_batches),
            .sanity_batches = 0,
            .check_val_every_n_epoch = 1,
            .val_check_batch = std::max<std::int64_t>(1, std::min(n, train_batches)),
            .fast_dev_run = true};
  }
  const Value& train_limit = options.overfits() ? options.overfit_batches : options.limit_train_batches;
  const Value& val_limit = options.overfits() ? options.overfit_batches : options.limit_val_batches;
  const char *train_option = options.overfits() ? "overfit_batches" : "limit_train_batches",
             *val_option = options.overfits() ? "overfit_batches" : "limit_val_batches";
  FitPlan plan{.max_epochs = options.max_epochs,
               .min_epochs = options.min_epochs,
               .max_steps = options.max_steps,
               .train_batches = limited(train_option, train_limit, train_batches),
               .val_batches = limited(val_option, val_limit, val_batches),
               .sanity_batches = 0,
               .check_val_every_n_epoch = options.check_val_every_n_epoch,
               .val_check_batch = 1,
               .fast_dev_run = false};
  plan.val_check_batch = validation_interval(options.val_check_interval, plan.train_batches);
  const std::int64_t sanity = options.num_sanity_val_steps < 0 ? std::numeric_limits<std::int64_t>::max() : options.num_sanity_val_steps;
  plan.sanity_batches = std::min(sanity, plan.val_batches);
  return plan;
}

}  // namespace pipeline
