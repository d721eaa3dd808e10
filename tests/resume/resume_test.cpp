#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <random>

#include "pipeline/data/files.h"
#include "resume/training.h"

namespace {

constexpr int killed = 128 + SIGKILL;
constexpr int steps = 80;  // five epochs of 16

void check_same(const Trained& trained, const Trained& expected) {
  CHECK(trained.metrics_csv == expected.metrics_csv);
  CHECK(trained.events == expected.events);
  CHECK(trained.train_json == expected.train_json);
  REQUIRE(trained.checkpoints.size() == expected.checkpoints.size());
  for (const auto& [name, bytes] : expected.checkpoints) {
    REQUIRE_MESSAGE(trained.checkpoints.contains(name), name);
    CHECK_MESSAGE(trained.checkpoints.at(name) == bytes, name);
  }
}

std::string every(const char* seconds) { return std::string("stages.train.resume_every_n_seconds=") + seconds; }

}  // namespace

TEST_CASE_FIXTURE(Training,
                  "a training that is killed at 20 random steps and resumed gives the bytes and the curve of an uninterrupted one") {
  REQUIRE(train().status == 0);
  const Trained whole = result();
  CHECK(whole.checkpoints.size() == 3);
  CHECK(whole.events.size() > 30);

  std::mt19937 random(5);
  std::uniform_int_distribution<int> any_step(0, steps - 1);
  const std::array<const char*, 5> hooks{"batch_end", "after_backward", "validation", "batch_start", "epoch_end"};
  const std::array<const char*, 3> intervals{"0", "0.05", "1e9"};  // at every step, now and then, at the ends of epochs
  for (std::size_t trial = 0; trial < 20; ++trial) {
    const int step = any_step(random);
    const char* const hook = hooks[trial % hooks.size()];
    const char* const interval = intervals[trial % intervals.size()];
    CAPTURE(step);
    CAPTURE(hook);
    CAPTURE(interval);
    forget();
    const Finished stopped = train_until(step, hook, {"--set", every(interval)});
    REQUIRE_MESSAGE(stopped.status == killed, stopped.err);
    CHECK_FALSE(exists("runs/small/train"));
    if (trial % 4 == 3)
      CHECK(train_until(step + (steps - step) / 2, "batch_start", {"--resume", "--set", every(interval)}).status == killed);
    const Finished resumed = train({"--resume"});
    REQUIRE_MESSAGE(resumed.status == 0, resumed.err);
    CHECK_FALSE(exists("lightning_logs/LSTMModel/version_1"));
    check_same(result(), whole);
  }
}

TEST_CASE_FIXTURE(Training, "an interrupt saves a resume point, exits 130 and prints the command that continues") {
  REQUIRE(train().status == 0);
  const Trained whole = result();
  forget();
  const Finished interrupted = train_until(21, "batch_start", {"--set", every("1e9")}, SIGINT);
  CHECK(interrupted.status == 130);
  CHECK_MESSAGE(contains(interrupted.err, "interrupted in epoch 2 after step 22; go on with: pipeline run workflow.toml"), interrupted.err);
  CHECK(contains(interrupted.err, "--resume"));
  CHECK(train_until(40, "batch_end", {"--resume"}, SIGTERM).status == 143);
  REQUIRE(train({"--resume"}).status == 0);
  check_same(result(), whole);
}

TEST_CASE_FIXTURE(Training, "a larger max_epochs continues a finished training as if it had always been asked for") {
  REQUIRE(train().status == 0);
  const Trained whole = result();
  forget();
  REQUIRE(train({"--set", "trainer.max_epochs=2"}).status == 0);
  const Finished longer = train({"--resume"});
  REQUIRE_MESSAGE(longer.status == 0, longer.err);
  CHECK(contains(longer.err, "trainer.max_epochs changed from 2 to 5"));
  check_same(result(), whole);
  forget();
  REQUIRE(train({"--set", "trainer.max_steps=37"}).status == 0);
  REQUIRE(train({"--resume"}).status == 0);
  check_same(result(), whole);
}

TEST_CASE_FIXTURE(Training, "a larger max_steps goes on within an epoch whose part was the best until then") {
  const auto with = [](std::vector<std::string> more) {
    more.insert(more.end(), {"--set", "callbacks.ModelCheckpoint.monitor=train_loss", "--set", "callbacks.ModelCheckpoint.save_top_k=1"});
    return more;
  };
  REQUIRE(train(with({})).status == 0);
  const Trained whole = result();
  std::size_t most = 0;
  for (const char* steps : {"33", "37", "41", "69"}) {
    forget();
    REQUIRE(train(with({"--set", std::string("trainer.max_steps=") + steps})).status == 0);
    most = std::max(most, result().checkpoints.size());
    const Finished longer = train(with({"--resume"}));
    REQUIRE_MESSAGE(longer.status == 0, longer.err);
    check_same(result(), whole);
  }
  CHECK(most == whole.checkpoints.size() + 1);  // the one that the part would have replaced
}

TEST_CASE_FIXTURE(Training, "a change that alters results is refused by name, one that does not is taken") {
  REQUIRE(train_until(20, "batch_end").status == killed);
  const Finished other = train({"--resume", "--set", "optimizer.lr=0.02", "--set", "loader.batch_size=8"});
  CHECK(other.status == 2);
  CHECK_MESSAGE(contains(other.err, "loader.batch_size changed from 16 to 8; optimizer.lr changed from 0.01 to 0.02"), other.err);
  CHECK(train({"--resume", "--set", "loader.num_workers=0", "--set", "trainer.log_every_n_steps=10"}).status == 0);
  CHECK(train({"--resume", "--force"}).status == 2);
}

TEST_CASE_FIXTURE(Training, "of several interrupted trainings the newest that fits is continued") {
  REQUIRE(train_until(20, "batch_end").status == killed);
  REQUIRE(train_until(20, "batch_end", {"--set", "optimizer.lr=0.02"}).status == killed);
  const Finished resumed = train({"--resume"});
  REQUIRE_MESSAGE(resumed.status == 0, resumed.err);
  CHECK(contains(resumed.err, "going on with " + (path() / "lightning_logs/LSTMModel/version_0").string() + ", epoch "));
}

TEST_CASE_FIXTURE(Training, "a project that was moved is continued in its new place") {
  const auto in = [](const std::string& place, std::vector<std::string> more) {
    more.insert(more.end(), {"--set", "run_dir=" + place + "/runs", "--set", "log_dir=" + place + "/logs"});
    return more;
  };
  const auto checkpoints = [&](const std::string& place) {
    std::map<std::string, std::string> bytes;
    for (const auto& entry : std::filesystem::directory_iterator(path() / place / "logs/LSTMModel/version_0/checkpoints"))
      bytes[entry.path().filename()] = pipeline::read_text(entry.path());
    return bytes;
  };
  REQUIRE(train(in("new", {})).status == 0);
  const auto whole = checkpoints("new");
  std::filesystem::remove_all(path() / "new");

  REQUIRE(train_until(41, "batch_end", in("old", {})).status == killed);
  std::filesystem::rename(path() / "old", path() / "new");
  const Finished resumed = train(in("new", {"--resume"}));
  REQUIRE_MESSAGE(resumed.status == 0, resumed.err);
  CHECK(contains(resumed.err, "going on with " + (path() / "new/logs/LSTMModel/version_0").string() + ", epoch "));
  CHECK_FALSE(exists("old"));
  CHECK(checkpoints("new") == whole);
}

TEST_CASE_FIXTURE(Training, "logs that lost their end are told, and the training goes on") {
  REQUIRE(train_until(41, "batch_end").status == killed);
  const auto version = path() / "lightning_logs/LSTMModel/version_0";
  std::filesystem::resize_file(version / "metrics.csv", 20);
  for (const auto& entry : std::filesystem::directory_iterator(version)) {
    if (entry.path().filename().string().starts_with("events.")) std::filesystem::resize_file(entry.path(), 30);
  }
  const Finished resumed = train({"--resume"});
  REQUIRE_MESSAGE(resumed.status == 0, resumed.err);
  CHECK_MESSAGE(contains(resumed.err, "lines that it had when the training stopped"), resumed.err);
  CHECK_MESSAGE(contains(resumed.err, "cannot be continued: it has 30 of the "), resumed.err);
}

TEST_CASE_FIXTURE(Training, "what a killed training left half written is gone after the next one") {
  REQUIRE(train_until(41, "batch_end").status == killed);
  const std::string version = "lightning_logs/LSTMModel/version_0/", nobody = ".tmp.999999999";
  for (const char* name : {"hparams.yaml", "checkpoints/last.ckpt"}) write(version + name + nobody, "half");
  write("runs/small/.train.lasting/LSTMModel.version_0.ckpt" + nobody, "half");
  REQUIRE(train().status == 0);
  for (const char* name : {"hparams.yaml", "checkpoints/last.ckpt"}) CHECK_FALSE(exists(version + name + nobody));
  CHECK_FALSE(exists("runs/small/.train.lasting/LSTMModel.version_0.ckpt" + nobody));
}

TEST_CASE_FIXTURE(Training, "a training that stopped early stays finished") {
  const std::vector<std::string> impatient{"--set", "callbacks.EarlyStopping.patience=1", "--set", "callbacks.EarlyStopping.min_delta=100"};
  REQUIRE(train(impatient).status == 0);
  const Trained stopped = result();
  CHECK(json("runs/small/train/train.json").at("epochs") == pipeline::Value(2));
  std::vector<std::string> longer = impatient;
  longer.insert(longer.end(), {"--resume", "--set", "trainer.max_epochs=9"});
  REQUIRE(train(longer).status == 0);
  check_same(result(), stopped);
}

TEST_CASE_FIXTURE(Training, "a training that its time limit ended continues under a larger limit, and only then") {
  const auto epochs = [&] { return json("runs/small/train/train.json").at("epochs"); };
  REQUIRE(train({"--set", "trainer.max_time=\"00:00:00:00\""}).status == 0);
  CHECK(epochs() == pipeline::Value(1));
  REQUIRE(train({"--resume", "--set", "trainer.max_time=\"00:00:00:00\"", "--set", "trainer.max_epochs=4"}).status == 0);
  CHECK(epochs() == pipeline::Value(1));
  const Finished longer = train({"--resume", "--set", "trainer.max_time=\"00:01:00:00\""});
  REQUIRE_MESSAGE(longer.status == 0, longer.err);
  CHECK(epochs() == pipeline::Value(5));
}

TEST_CASE_FIXTURE(Training, "a schedule after a warm-up continues from within it") {
  const std::vector<std::string> cosine{"--set", "scheduler={type=\"CosineAnnealingLR\", interval=\"step\", warmup_steps=30}"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), cosine.begin(), cosine.end());
    return more;
  };
  REQUIRE(train(cosine).status == 0);
  const Trained whole = result();
  forget();
  CHECK(train_until(21, "batch_start", with({}), SIGINT).status == 130);
  const Finished resumed = train(with({"--resume"}));
  REQUIRE_MESSAGE(resumed.status == 0, resumed.err);
  check_same(result(), whole);
}

TEST_CASE_FIXTURE(Training, "a plugin's optimizer continues from within the training, whatever its state") {
  for (const char* type : {"Lion", "RowSGD", "SignSGD"}) {
    CAPTURE(type);
    const std::string optimizer = std::string("optimizer={type=\"") + type + "\", lr=0.004}";
    forget();
    const Finished once = train({"--set", optimizer});
    REQUIRE_MESSAGE(once.status == 0, once.err);
    const Trained whole = result();
    forget();
    CHECK(train_until(21, "batch_start", {"--set", optimizer}, SIGINT).status == 130);
    const Finished resumed = train({"--set", optimizer, "--resume"});
    REQUIRE_MESSAGE(resumed.status == 0, resumed.err);
    check_same(result(), whole);
  }
}

TEST_CASE_FIXTURE(Training, "a checkpoint of another optimizer is refused with place and cure") {
  REQUIRE(train().status == 0);  // by Adam
  std::filesystem::copy_file(path() / "lightning_logs/LSTMModel/version_0/checkpoints/last.ckpt", path() / "adam.ckpt");
  const Finished refused = train({"--set", "optimizer={type=\"SignSGD\", lr=0.004}", "--set", "stages.train.ckpt_path=adam.ckpt"});
  CHECK(refused.status == 5);
  CHECK_MESSAGE(
      contains(refused.err,
               "the checkpoint's state of the optimizer does not fit: the optimizer's state is of another optimizer: it has step, "
               "which this one does not keep. Train with the optimizer that the checkpoint was written with, or take only its "
               "weights ([stages.train] from_checkpoint)"),
      refused.err);
}

TEST_CASE_FIXTURE(Training, "an interrupted training stays until a newer one succeeds") {
  REQUIRE(train_until(20, "batch_end").status == killed);
  REQUIRE(train_until(30, "batch_end").status == killed);  // from the start, in a folder of its own
  CHECK(exists("runs/small/.train.lasting/LSTMModel.version_0.ckpt"));
  const Finished resumed = train({"--resume"});
  CHECK(contains(resumed.err, "version_1, epoch "));
  CHECK_FALSE(exists("runs/small/.train.lasting/LSTMModel.version_0.ckpt"));
  CHECK(exists("runs/small/.train.lasting/LSTMModel.version_1.ckpt"));
  CHECK(contains(train({"--resume"}).err, "[train] up to date"));
}

TEST_CASE_FIXTURE(Training, "without a resume point, --resume trains from the start; a damaged one is named") {
  const Finished first = train({"--resume"});
  REQUIRE(first.status == 0);
  CHECK(contains(first.err, "there is no training to go on with"));
  const Trained whole = result();
  forget();
  REQUIRE(train().status == 0);
  check_same(result(), whole);
  write("runs/small/.train.lasting/LSTMModel.version_0.ckpt", "nothing");
  const Finished damaged = train({"--resume", "--set", "trainer.max_epochs=6"});
  CHECK(damaged.status == 5);
  CHECK(contains(damaged.err, "LSTMModel.version_0.ckpt"));
}
