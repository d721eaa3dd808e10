#include "model_checkpoint/model_checkpoint.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "model_checkpoint/file_name.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"
#include "support/fake_trainer.h"
#include "support/temp_folder.h"

using namespace pipeline;
using callbacks::model_checkpoint::FileNamePattern;
using callbacks::model_checkpoint::ModelCheckpoint;
using test::FakeTrainer;
using Names = std::vector<std::string>;

namespace {

ModelCheckpoint::Options best_of(std::int64_t k) {
  ModelCheckpoint::Options options;
  options.monitor = "val_loss";
  options.save_top_k = k;
  options.filename = "LSTMModel-{epoch:02d}-{val_loss:.4f}";
  return options;
}

/// Epochs of four steps, each with one of these validation losses.
void run_epochs(ModelCheckpoint& callback, FakeTrainer& trainer, const std::vector<double>& losses) {
  for (const double loss : losses) {
    trainer.step += 4;
    trainer.metrics["val_loss"] = loss;
    static_cast<void>(callback.on_validation_end(trainer));
    static_cast<void>(callback.on_train_epoch_end(trainer));
    ++trainer.epoch;
  }
}

}  // namespace

TEST_CASE("the k best are kept under Lightning's names and the others are removed") {
  FakeTrainer trainer;
  ModelCheckpoint callback(best_of(2));
  callback.setup(trainer);
  run_epochs(callback, trainer, {0.5, 0.25, 0.375, 0.75, 0.125});
  CHECK(trainer.kept() == Names{"LSTMModel-epoch=01-val_loss=0.2500.ckpt", "LSTMModel-epoch=04-val_loss=0.1250.ckpt"});
  const auto record = callback.checkpoints();
  REQUIRE(record);
  CHECK(record->best.filename() == "LSTMModel-epoch=04-val_loss=0.1250.ckpt");
  CHECK(record->best_score == 0.125);
  CHECK(record->last.empty());
  CHECK(record->monitor == "val_loss");
}

TEST_CASE("mode max keeps the largest, ties go to the earlier one") {
  FakeTrainer trainer;
  auto options = best_of(1);
  options.mode = "max";
  ModelCheckpoint callback(options);
  callback.setup(trainer);
  run_epochs(callback, trainer, {0.5, 0.75, 0.75, 0.25});
  CHECK(trainer.kept() == Names{"LSTMModel-epoch=01-val_loss=0.7500.ckpt"});
}

TEST_CASE("mode auto, the default, keeps the largest value of a metric if larger is better") {
  for (const std::string mode : {"auto", "min"}) {
    FakeTrainer trainer;
    trainer.larger_metrics = {"val_loss"};
    auto options = best_of(1);
    CHECK(options.mode == "auto");
    options.mode = mode;
    ModelCheckpoint callback(options);
    callback.resolve(trainer);
    callback.setup(trainer);
    run_epochs(callback, trainer, {0.5, 0.75, 0.25});
    CHECK(callback.checkpoints()->best_score == (mode == "auto" ? 0.75 : 0.25));
    CHECK(callback.checkpoints()->mode == (mode == "auto" ? "max" : "min"));
    CHECK(trainer.kept() == Names{mode == "auto" ? "LSTMModel-epoch=01-val_loss=0.7500.ckpt" : "LSTMModel-epoch=02-val_loss=0.2500.ckpt"});
  }
}

TEST_CASE("NaN counts as the worst score") {
  FakeTrainer trainer;
  ModelCheckpoint callback(best_of(1));
  callback.setup(trainer);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  run_epochs(callback, trainer, {nan});
  CHECK(callback.checkpoints()->best_score == std::numeric_limits<double>::infinity());
  run_epochs(callback, trainer, {0.5, nan});
  CHECK(trainer.kept() == Names{"LSTMModel-epoch=01-val_loss=0.5000.ckpt"});
}

TEST_CASE("without a monitor the latest is kept, with save_top_k = -1 all") {
  FakeTrainer latest, all;
  ModelCheckpoint::Options options;
  ModelCheckpoint keeps_one(options);
  keeps_one.setup(latest);
  run_epochs(keeps_one, latest, {0.5, 0.75});
  CHECK(latest.kept() == Names{"epoch=1-step=8.ckpt"});
  CHECK(keeps_one.checkpoints()->best.filename() == "epoch=1-step=8.ckpt");
  CHECK_FALSE(keeps_one.checkpoints()->best_score.has_value());
  options.save_top_k = -1;
  ModelCheckpoint keeps_all(options);
  keeps_all.setup(all);
  run_epochs(keeps_all, all, {0.5, 0.75});
  CHECK(all.kept() == Names{"epoch=0-step=4.ckpt", "epoch=1-step=8.ckpt"});
}

TEST_CASE("save_top_k = 0 keeps nothing and watches nothing") {
  FakeTrainer trainer;
  ModelCheckpoint callback(best_of(0));
  callback.setup(trainer);
  run_epochs(callback, trainer, {0.5});
  CHECK(trainer.kept().empty());
  CHECK(callback.monitor().empty());
}

TEST_CASE("a name that is taken gets -v1, -v2") {
  FakeTrainer trainer;
  auto options = best_of(-1);
  options.filename = "same";
  ModelCheckpoint callback(options);
  callback.setup(trainer);
  run_epochs(callback, trainer, {0.5, 0.25, 0.75});
  CHECK(trainer.kept() == Names{"same-v1.ckpt", "same-v2.ckpt", "same.ckpt"});
  FakeTrainer replaced;
  options.enable_version_counter = false;
  ModelCheckpoint replacing(options);
  replacing.setup(replaced);
  run_epochs(replacing, replaced, {0.5, 0.25});
  CHECK(replaced.kept() == Names{"same.ckpt"});
  CHECK(read_text(replaced.folder.path() / "checkpoints" / "same.ckpt") == "8");
}

TEST_CASE("save_last adds last.ckpt whenever one is saved, as a copy or as a link") {
  FakeTrainer copied, linked;
  auto options = best_of(1);
  options.save_last = true;
  ModelCheckpoint copy(options);
  copy.setup(copied);
  run_epochs(copy, copied, {0.5, 0.25, 0.75});
  CHECK(copied.kept() == Names{"LSTMModel-epoch=01-val_loss=0.2500.ckpt", "last.ckpt"});
  CHECK(read_text(copied.folder.path() / "checkpoints" / "last.ckpt") == "8");
  CHECK(copy.checkpoints()->last.filename() == "last.ckpt");
  options.save_last = "link";
  ModelCheckpoint link(options);
  link.setup(linked);
  run_epochs(link, linked, {0.5, 0.25});
  const auto last = linked.folder.path() / "checkpoints" / "last.ckpt";
  CHECK(std::filesystem::read_symlink(last) == "LSTMModel-epoch=01-val_loss=0.2500.ckpt");
  CHECK(read_text(last) == "8");
}

TEST_CASE("every_n_train_steps saves by steps and waits for the metric of the validation") {
  FakeTrainer trainer;
  auto options = best_of(-1);
  options.every_n_train_steps = 2;
  options.filename = "{step}";
  options.save_on_train_epoch_end = false;
  ModelCheckpoint callback(options);
  callback.setup(trainer);
  const Batch batch;
  const torch::Tensor loss = torch::tensor(1.0);
  for (std::int64_t index = 0; index < 4; ++index) {
    ++trainer.step;
    static_cast<void>(callback.on_train_batch_end(trainer, {.batch = batch, .batch_index = index, .loss = loss}));
    CHECK(trainer.kept().empty());  // no val_loss yet
  }
  trainer.metrics["val_loss"] = 0.5;
  static_cast<void>(callback.on_validation_end(trainer));
  CHECK(trainer.kept() == Names{"step=4.ckpt"});
  trainer.epoch = 1;
  for (std::int64_t index = 0; index < 3; ++index) {
    ++trainer.step;
    static_cast<void>(callback.on_train_batch_end(trainer, {.batch = batch, .batch_index = index, .loss = loss}));
  }
  CHECK(trainer.kept() == Names{"step=4.ckpt", "step=6.ckpt"});
}

TEST_CASE("every_n_epochs leaves out the epochs between") {
  FakeTrainer trainer;
  ModelCheckpoint::Options options;
  options.save_top_k = -1;
  options.every_n_epochs = 2;
  ModelCheckpoint callback(options);
  callback.setup(trainer);
  run_epochs(callback, trainer, {1, 1, 1, 1});
  CHECK(trainer.kept() == Names{"epoch=1-step=8.ckpt", "epoch=3-step=16.ckpt"});
}

TEST_CASE("neither the sanity check nor fast_dev_run saves") {
  FakeTrainer trainer;
  trainer.sanity = true;
  ModelCheckpoint callback(best_of(1));
  callback.setup(trainer);
  run_epochs(callback, trainer, {0.5});
  trainer.sanity = false;
  trainer.dev_run = true;
  run_epochs(callback, trainer, {0.5});
  callback.on_train_end(trainer);
  CHECK(trainer.kept().empty());
}

TEST_CASE("save_on_exception saves a checkpoint when the training fails") {
  FakeTrainer trainer;
  ModelCheckpoint::Options options;
  options.save_on_exception = true;
  ModelCheckpoint callback(options);
  callback.setup(trainer);
  trainer.step = 3;
  callback.on_exception(trainer, "the training loss became nan");
  CHECK(trainer.kept() == Names{"epoch=0-step=3.ckpt"});
  CHECK(trainer.recording.infos().at(0).find("the training loss became nan") != std::string::npos);
}

TEST_CASE("what save_on_exception saves takes no place of a checkpoint that is kept, and leaves the state alone") {
  for (const bool counts : {true, false}) {
    FakeTrainer trainer;
    auto options = best_of(1);
    options.filename = "best";
    options.save_last = true;
    options.save_on_exception = true;
    options.enable_version_counter = counts;
    ModelCheckpoint callback(options);
    callback.setup(trainer);
    run_epochs(callback, trainer, {0.5});
    const std::string best = read_text(trainer.folder.path() / "checkpoints/best.ckpt"), state = to_json(callback.state_dict().to_value());
    trainer.step = 6;
    callback.on_exception(trainer, "interrupted");
    CHECK(trainer.kept() == Names{counts ? "best-v1.ckpt" : "best-exception.ckpt", "best.ckpt", "last.ckpt"});
    CHECK(read_text(trainer.folder.path() / "checkpoints/best.ckpt") == best);
    CHECK(to_json(callback.state_dict().to_value()) == state);
  }
}

TEST_CASE("where max_steps ends a fit within an epoch, no checkpoint goes, as a larger max_steps may need it") {
  struct CutShort : FakeTrainer {
    [[nodiscard]] bool may_continue_epoch() const override { return true; }
  };
  CutShort trainer;
  ModelCheckpoint callback(best_of(1));
  callback.setup(trainer);
  run_epochs(callback, trainer, {0.5, 0.25});
  CHECK(trainer.kept() == Names{"LSTMModel-epoch=00-val_loss=0.5000.ckpt", "LSTMModel-epoch=01-val_loss=0.2500.ckpt"});
}

TEST_CASE("a missing metric is an error that names the existing ones") {
  FakeTrainer trainer;
  trainer.metrics = {{"train_loss", 1.0}, {"val_loss", 1.0}};
  auto options = best_of(1);
  options.monitor = "val_los";
  ModelCheckpoint callback(options);
  callback.setup(trainer);
  trainer.step = 4;
  CHECK_THROWS_WITH_AS(callback.on_train_epoch_end(trainer),
                       "ModelCheckpoint watches \"val_los\", which is no metric of this training; did you mean \"val_loss\"?", Error);
}

TEST_CASE("options that do not fit are refused") {
  const auto refusal = [](Value::Map options) {
    const auto mistakes = check_options(make_schema<ModelCheckpoint::Options>(), Value(std::move(options)));
    return mistakes.empty() ? std::string() : mistakes.front().message;
  };
  CHECK(refusal({{"save_top_k", 3}}) ==
        "monitor = \"\" names no metric to rank checkpoints by: write save_top_k = -1 or 0 or 1 with it, not 3");
  CHECK(refusal({{"save_top_k", 3}, {"monitor", "val_loss"}}).empty());
  CHECK(refusal({{"save_last", "yes"}}) == "save_last takes true or false, or link, got \"yes\"");
  CHECK(refusal({{"save_on_train_epoch_end", 1}}) == "save_on_train_epoch_end takes true or false, got an integer (1)");
  CHECK(refusal({{"every_n_epochs", 2}, {"every_n_train_steps", 10}}) ==
        "every_n_train_steps and every_n_epochs exclude each other: leave one out");
}

TEST_CASE("every file name that the pattern reads has the form that the option declares, and no other") {
  const auto is_refused = [&](const std::string& name) {
    return !check_options(make_schema<ModelCheckpoint::Options>(), Value(Value::Map{{"filename", name}})).empty();
  };
  for (const char* good :
       {"", "best", "{epoch}", "{epoch:02d}-{val_loss:.4f}", "a{step:d}b{x:+08.3e}{y:g}{z:5}", "{avg_val_abs_accuracy:.2f}"}) {
    CHECK_FALSE_MESSAGE(is_refused(good), good);
    CHECK_NOTHROW(static_cast<void>(FileNamePattern(good, true)));
  }
  for (const char* bad : {"{epoch", "epoch}", "{}", "{:d}", "{epoch:x}", "{a{b}}", "{epoch:.2d}", "{loss:.f}", "{loss:.2}"}) {
    CHECK_MESSAGE(is_refused(bad), bad);
    CHECK_THROWS_AS(static_cast<void>(FileNamePattern(bad, true)), Error);
  }
}

TEST_CASE("a checkpoint holds the record of itself, under Lightning's keys") {
  FakeTrainer trainer;
  ModelCheckpoint callback(best_of(2));
  callback.resolve(trainer);
  CHECK(callback.state_key() ==
        "ModelCheckpoint{'monitor': 'val_loss', 'mode': 'min', 'every_n_train_steps': 0, 'every_n_epochs': 1, "
        "'train_time_interval': None}");
  callback.setup(trainer);
  State within;
  trainer.on_save = [&] { within = callback.state_dict(); };
  run_epochs(callback, trainer, {0.5});
  const std::string path = (trainer.folder.path() / "checkpoints" / "LSTMModel-epoch=00-val_loss=0.5000.ckpt").string();
  CHECK(within.at("best_model_path").as_string() == path);
  CHECK(within.at("best_model_score").as_tensor().item<double>() == 0.5);
  CHECK(within.at("best_k_models").at(path).as_tensor().item<double>() == 0.5);
  Names keys;
  for (const auto& [key, value] : within.as_map()) keys.push_back(key);
  CHECK(keys == Names{"monitor", "best_model_score", "best_model_path", "current_score", "dirpath", "best_k_models", "kth_best_model_path",
                      "kth_value", "last_model_path", "_last_global_step_saved", "_last_checkpoint_saved", "_defer_save_until_validation"});
}

TEST_CASE("a continued training knows the earlier best checkpoint, and from another folder only its path") {
  FakeTrainer trainer, elsewhere;
  ModelCheckpoint first(best_of(1)), second(best_of(1)), moved(best_of(1));
  first.setup(trainer);
  run_epochs(first, trainer, {0.25});
  second.setup(trainer);
  second.load_state_dict(first.state_dict());
  run_epochs(second, trainer, {0.5});
  CHECK(trainer.kept() == Names{"LSTMModel-epoch=00-val_loss=0.2500.ckpt"});
  moved.setup(elsewhere);
  moved.load_state_dict(first.state_dict());
  CHECK(moved.checkpoints()->best == first.checkpoints()->best);
  elsewhere.step = 100;
  run_epochs(moved, elsewhere, {0.5});
  CHECK(elsewhere.kept().size() == 1);
  CHECK(trainer.kept().size() == 1);
}

TEST_CASE("dirpath replaces the version folder") {
  FakeTrainer trainer;
  const TempFolder other;
  ModelCheckpoint::Options options;
  options.dirpath = (other.path() / "kept").string();
  ModelCheckpoint callback(options);
  callback.setup(trainer);
  run_epochs(callback, trainer, {0.5});
  CHECK(std::filesystem::exists(other.path() / "kept" / "epoch=0-step=4.ckpt"));
  CHECK(trainer.kept().empty());
  ModelCheckpoint again(options);
  again.setup(trainer);
  CHECK(trainer.recording.warnings().size() == 1);
}

namespace {

struct ResumedTrainer : FakeTrainer {
  [[nodiscard]] std::optional<std::filesystem::file_time_type> resumed_from() const override { return since; }
  std::filesystem::file_time_type since = std::filesystem::file_time_type::min();
};

}  // namespace

TEST_CASE("a continued training removes the files that the killed one saved later, and no others") {
  for (const bool in_users_folder : {false, true}) {
    ResumedTrainer trainer;
    const auto folder = trainer.folder.path() / "checkpoints";
    std::filesystem::create_directories(folder);
    for (const char* name : {"LSTMModel-epoch=07-val_loss=0.1000.ckpt", "last.ckpt", "mine.ckpt", "notes.txt"})
      write_text(folder / name, "x");
    auto options = best_of(2);
    if (in_users_folder) options.dirpath = folder.string();
    ModelCheckpoint callback(options);
    callback.setup(trainer);
    callback.on_train_start(trainer);
    CHECK(trainer.kept() == (in_users_folder ? Names{"LSTMModel-epoch=07-val_loss=0.1000.ckpt", "last.ckpt", "mine.ckpt", "notes.txt"}
                                             : Names{"mine.ckpt", "notes.txt"}));
    trainer.epoch = 7;
    run_epochs(callback, trainer, {0.1});  // saves the killed run's file again, under the same name
    CHECK(trainer.kept() == (in_users_folder ? Names{"LSTMModel-epoch=07-val_loss=0.1000.ckpt", "last.ckpt", "mine.ckpt", "notes.txt"}
                                             : Names{"LSTMModel-epoch=07-val_loss=0.1000.ckpt", "mine.ckpt", "notes.txt"}));
  }
}

TEST_CASE("a continued training keeps files of earlier steps, whose times are new where folders were copied") {
  ResumedTrainer trainer;
  trainer.step = 8;
  const auto folder = trainer.folder.path() / "checkpoints";
  std::filesystem::create_directories(folder);
  for (const std::int64_t step : {4, 8, 12})
    write_checkpoint(folder / ("epoch=0-step=" + std::to_string(step) + ".ckpt"), State::Map{{"global_step", step}});
  std::filesystem::create_symlink("epoch=0-step=12.ckpt", folder / "last.ckpt");
  ModelCheckpoint::Options options;
  options.save_top_k = -1;
  ModelCheckpoint callback(options);
  callback.setup(trainer);
  callback.on_train_start(trainer);
  CHECK(trainer.kept() == Names{"epoch=0-step=4.ckpt"});
}

TEST_CASE("a link of the killed run goes, and one to a checkpoint that stays does not") {
  for (const bool dangling : {true, false}) {
    ResumedTrainer trainer;
    trainer.step = 8;
    const auto folder = trainer.folder.path() / "checkpoints";
    std::filesystem::create_directories(folder);
    if (!dangling) write_checkpoint(folder / "other.ckpt", State::Map{{"global_step", 4}});
    std::filesystem::create_symlink("other.ckpt", folder / "last.ckpt");
    ModelCheckpoint callback(best_of(1));
    callback.setup(trainer);
    callback.on_train_start(trainer);
    CHECK(std::filesystem::exists(std::filesystem::symlink_status(folder / "last.ckpt")) == !dangling);
  }
}

TEST_CASE("a continued training removes such files in subfolders too, where the name has them") {
  ResumedTrainer trainer;
  const auto folder = trainer.folder.path() / "checkpoints";
  auto options = best_of(1);
  options.filename = "epochs/{epoch:02d}";
  std::filesystem::create_directories(folder / "epochs");
  write_text(folder / "epochs" / "epoch=07.ckpt", "x");
  write_text(folder / "epochs" / "mine.ckpt", "x");
  ModelCheckpoint callback(options);
  callback.setup(trainer);
  callback.on_train_start(trainer);
  CHECK_FALSE(std::filesystem::exists(folder / "epochs" / "epoch=07.ckpt"));
  CHECK(std::filesystem::exists(folder / "epochs" / "mine.ckpt"));
}
