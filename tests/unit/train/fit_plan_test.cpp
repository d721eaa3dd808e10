#include "train/fit_plan.h"

#include <doctest/doctest.h>

#include "pipeline/errors.h"

using namespace pipeline;

TEST_CASE("an integer limit counts batches, a float is a share") {
  TrainerOptions options;
  options.limit_train_batches = 1;
  options.limit_val_batches = 1.0;
  CHECK(plan_fit(options, 10, 4).train_batches == 1);
  CHECK(plan_fit(options, 10, 4).val_batches == 4);
  options.limit_train_batches = 0.39;
  options.limit_val_batches = 99;
  CHECK(plan_fit(options, 10, 4).train_batches == 3);
  CHECK(plan_fit(options, 10, 4).val_batches == 4);
  options.limit_val_batches = 0;
  CHECK(plan_fit(options, 10, 4).val_batches == 0);
  CHECK_FALSE(plan_fit(options, 10, 4).validates(0));
}

TEST_CASE("a share of less than one batch names the least that works") {
  TrainerOptions options;
  options.limit_train_batches = 0.01;
  CHECK_THROWS_WITH_AS(static_cast<void>(plan_fit(options, 50, 4)),
                       "[trainer] limit_train_batches = 0.01 of 50 batches is less than one: write at least 0.02, or an integer", Error);
  for (const std::int64_t batches : {2, 3, 7, 49, 98, 100, 103, 1000, 4099}) {
    std::string said;
    try {
      options.limit_train_batches = 1e-9;
      static_cast<void>(plan_fit(options, batches, 4));
    } catch (const Error& error) {
      said = error.what();
    }
    const std::size_t at = said.find("at least ") + 9;
    options.limit_train_batches = std::stod(said.substr(at));
    CHECK_MESSAGE(plan_fit(options, batches, 4).train_batches == 1, said);
  }
}

TEST_CASE("a share is 1 at most, and fast_dev_run is true, false or a number") {
  const auto refused = [](const char* option, const Value& value) {
    try {
      static_cast<void>(bind_options<TrainerOptions>(Value::Map{{option, value}}));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string share = " takes an integer or a share (a float of at most 1)";
  CHECK(refused("limit_train_batches", 1.5) == "limit_train_batches" + share + " of at least 0, got 1.5");
  CHECK(refused("limit_train_batches", -1) == "limit_train_batches" + share + " of at least 0, got -1");
  CHECK(refused("limit_train_batches", 7).empty());
  CHECK(refused("val_check_interval", 1.5) == "val_check_interval" + share + " above 0, got 1.5");
  CHECK(refused("overfit_batches", 2.0) == "overfit_batches" + share + " of at least 0, got 2.0");
  CHECK(refused("fast_dev_run", "yes") == "fast_dev_run takes true, false or an integer of at least 0, got a string (\"yes\")");
  CHECK(refused("fast_dev_run", -1) == "fast_dev_run takes true, false or an integer of at least 0, got -1");
  CHECK(refused("fast_dev_run", true).empty());
  CHECK(refused("max_time", "2h") == "max_time takes days:hours:minutes:seconds, such as \"00:02:30:00\", got \"2h\"");
  CHECK(refused("max_time", "").empty());
}

TEST_CASE("a validation comes every so many batches, or so large a share of the epoch") {
  const auto batches_with = [](const Value& interval) {
    TrainerOptions options;
    options.val_check_interval = interval;
    return plan_fit(options, 10, 4).val_check_batch;
  };
  CHECK(batches_with(1.0) == 10);
  CHECK(batches_with(0.25) == 2);
  CHECK(batches_with(0.01) == 1);
  CHECK(batches_with(3) == 3);
  CHECK(batches_with(1) == 1);
  CHECK_THROWS_WITH_AS(static_cast<void>(batches_with(11)),
                       "[trainer] val_check_interval = 11 is more than the 10 training batches of an epoch: lower it, or write "
                       "check_val_every_n_epoch",
                       Error);
}

TEST_CASE("overfit_batches limits training and validation alike, whatever else limits them") {
  TrainerOptions options;
  options.overfit_batches = 2;
  options.limit_val_batches = 0;
  CHECK(plan_fit(options, 10, 4).train_batches == 2);
  CHECK(plan_fit(options, 10, 4).val_batches == 2);
  options.overfit_batches = 0.5;
  CHECK(plan_fit(options, 10, 4).train_batches == 5);
  CHECK(plan_fit(options, 10, 4).val_batches == 2);
}

TEST_CASE("the sanity check has no more batches than a validation") {
  TrainerOptions options;
  CHECK(plan_fit(options, 10, 4).sanity_batches == 2);
  CHECK(plan_fit(options, 10, 1).sanity_batches == 1);
  options.num_sanity_val_steps = -1;
  CHECK(plan_fit(options, 10, 4).sanity_batches == 4);
}

TEST_CASE("fast_dev_run is one short epoch, whatever else is set") {
  TrainerOptions options;
  options.fast_dev_run = 3;
  options.limit_val_batches = 0;
  options.check_val_every_n_epoch = 5;
  const FitPlan plan = plan_fit(options, 10, 2);
  CHECK(plan.fast_dev_run);
  CHECK(plan.max_epochs == 1);
  CHECK(plan.max_steps == 3);
  CHECK(plan.train_batches == 3);
  CHECK(plan.val_batches == 2);
  CHECK(plan.sanity_batches == 0);
  CHECK(plan.validates(0));
  options.fast_dev_run = true;
  CHECK(plan_fit(options, 10, 2).train_batches == 1);
  options.fast_dev_run = false;
  CHECK_FALSE(plan_fit(options, 10, 2).fast_dev_run);
}

TEST_CASE("validation comes every n epochs, counted from the first") {
  TrainerOptions options;
  options.check_val_every_n_epoch = 3;
  const FitPlan plan = plan_fit(options, 10, 2);
  CHECK_FALSE(plan.validates(0));
  CHECK_FALSE(plan.validates(1));
  CHECK(plan.validates(2));
}
