// What two processes leave behind, and which of their differences are refused.
#include <doctest/doctest.h>

#include <csignal>

#include "scale/ranks.h"

namespace {

void require_done(const std::vector<Finished>& ranks) {
  for (const Finished& rank : ranks) REQUIRE_MESSAGE(rank.status == 0, rank.err);
}

}  // namespace

TEST_CASE_FIXTURE(TwoRanks, "two processes write one version folder, rank 0 alone speaks, and the run repeats bit for bit") {
  const std::vector<Finished> ranks = train_both();
  require_done(ranks);
  CHECK(contains(ranks[0].err, "in each of 2 processes"));
  CHECK_MESSAGE(ranks[1].err.empty(), ranks[1].err);
  CHECK(ranks[1].out.empty());
  CHECK_FALSE(exists("lightning_logs/LSTMModel/version_1"));
  const Trained first = result();
  CHECK(first.checkpoints.size() == 3);
  CHECK(first.events.size() > 20);
  CHECK(json("runs/small/train/train.json").at("steps") == pipeline::Value(40));  // 5 epochs of 8: each step takes 2 x 16 windows

  const std::vector<Finished> again = train_both();
  require_done(again);
  CHECK(contains(again[0].err, "[train] up to date"));

  forget();
  require_done(train_both());
  CHECK(result() == first);
}

TEST_CASE_FIXTURE(TwoRanks, "the number of processes is part of the training's key") {
  require_done(train_both());
  const Finished alone = train({"--dry-run"});
  CHECK_MESSAGE(contains(alone.out, "ranks is gone (was 2)"), alone.out);
  const Finished resumed = train({"--resume"});
  CHECK(resumed.status == 2);
  CHECK_MESSAGE(contains(resumed.err, "cannot be continued: ranks is gone (was 2)"), resumed.err);
}

TEST_CASE_FIXTURE(TwoRanks, "rank 0 decides when the training stops") {
  const std::vector<std::string> impatient{"--set", "callbacks.EarlyStopping.patience=1", "--set", "callbacks.EarlyStopping.min_delta=100"};
  require_done(train_both(impatient));
  CHECK(json("runs/small/train/train.json").at("epochs") == pipeline::Value(2));
  forget();
  require_done(train_both({"--set", "trainer.max_time=\"00:00:00:00\""}));
  CHECK(json("runs/small/train/train.json").at("epochs") == pipeline::Value(1));
}

TEST_CASE_FIXTURE(TwoRanks, "processes that would compute different things end with status 2, before anything is trained") {
  const auto refused = [&](const std::vector<std::string>& more, const std::vector<std::string>& environment,
                           const std::string& difference) {
    for (const Finished& rank : wait_for(start({}, more, environment))) {
      CHECK(rank.status == 2);
      CHECK_MESSAGE(
          contains(rank.err, "rank 1 would compute something else than rank 0 does: " + difference +
                                 ". Give all processes the same workflow, files, program and kind of processor, and set `threads`"),
          rank.err);
    }
    CHECK_FALSE(exists("lightning_logs"));
  };
  refused({"--set", "threads=2"}, {}, "threads changed from 1 to 2");
  refused({"--set", "optimizer.lr=0.02"}, {}, "optimizer.lr changed from 0.01 to 0.02");
  const Finished kernels = train({"--set", "trainer.max_epochs=1"});
  REQUIRE_MESSAGE(kernels.status == 0, kernels.err);
  const std::string here = json("runs/small/train/manifest.json").at("fields").at("kernels").as_string();
  std::filesystem::remove_all(path() / "lightning_logs");
  refused({}, {"PIPELINE_CPU_CAPABILITY=default"}, "kernels changed from " + here + " to " + here.substr(0, here.find(',')) + ", default");
}

TEST_CASE_FIXTURE(TwoRanks, "a launcher's incomplete variables, and a collective without a launcher's processes, are refused") {
  const Finished incomplete = pipeline_program({"run", "workflow.toml"}, path(), {"WORLD_SIZE=2", "RANK=0"});
  CHECK(incomplete.status == 2);
  CHECK_MESSAGE(contains(incomplete.err, "PyTorchJob started several processes, but MASTER_ADDR is not set: set it to the host of rank 0"),
                incomplete.err);
  const Finished alone = train({"--set", "trainer.strategy=ddp"});
  CHECK(alone.status == 2);
  CHECK_MESSAGE(contains(alone.err,
                         "[trainer] strategy = \"ddp\" trains on several processes, and this one is alone: start it with torchrun, Slurm's "
                         "srun or a PyTorchJob"),
                alone.err);
  const Finished gpu = pipeline_program(
      {"run", "workflow.toml", "--set", "device=cuda"}, path(),
      {"WORLD_SIZE=2", "RANK=0", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=1", "LD_LIBRARY_PATH=" BUILD_DIR "/tests/cuda_driver"});
  CHECK(gpu.status == 2);
  CHECK_MESSAGE(contains(gpu.err, "C10d joins processes that train on CPUs: set device = \"cpu\""), gpu.err);
}

TEST_CASE_FIXTURE(TwoRanks, "a process that finds no other says where it looked") {
  const Finished lonely = pipeline_program({"run", "workflow.toml", "--set", "collective={type=\"C10d\", timeout=2}"}, path(),
                                           {"WORLD_SIZE=2", "RANK=1", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=1"});
  CHECK(lonely.status == 5);
  CHECK_MESSAGE(contains(lonely.err, "rank 1: rank 1 did not find the other 1 that PyTorchJob started, at 127.0.0.1:1: "), lonely.err);
}
