// A process of a training that is killed, interrupted or silent: the other one ends, and --resume goes on.
#include <doctest/doctest.h>

#include <csignal>

#include "scale/ranks.h"

namespace {

constexpr int killed = 128 + SIGKILL;

std::string lost(int rank, int other) {
  return "rank " + std::to_string(rank) + " of 2 has lost rank " + std::to_string(other) +
         ", which has ended or cannot be reached; its own message tells why. Start all of them again, with --resume (";
}

std::vector<std::string> both(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE_FIXTURE(TwoRanks, "when either process is killed, the other ends with a sentence, and --resume gives the uninterrupted bytes") {
  for (const Finished& rank : train_both()) REQUIRE_MESSAGE(rank.status == 0, rank.err);
  const Trained whole = result();
  struct Moment {
    int step;
    const char *hook, *interval;
  };
  for (const int victim : {0, 1}) {
    for (const Moment& moment :
         {Moment{.step = 3, .hook = "batch_end", .interval = "0"}, Moment{.step = 13, .hook = "after_backward", .interval = "1e9"},
          Moment{.step = 24, .hook = "validation", .interval = "0"}, Moment{.step = 31, .hook = "batch_start", .interval = "0.05"}}) {
      CAPTURE(victim);
      CAPTURE(moment.step);
      forget();
      const std::vector<std::string> every{"--set", std::string("stages.train.resume_every_n_seconds=") + moment.interval};
      const std::vector<Finished> ends = wait_for(start(both(signal_at(victim, moment.step, moment.hook, SIGKILL), every)));
      const Finished &dead = ends[static_cast<std::size_t>(victim)], &left = ends[static_cast<std::size_t>(1 - victim)];
      CHECK(dead.status == killed);
      CHECK(left.status == 5);
      CHECK_MESSAGE(contains(left.err, lost(1 - victim, victim)), left.err);
      CHECK_FALSE(exists("runs/small/train"));
      for (const Finished& rank : train_both({"--resume"})) REQUIRE_MESSAGE(rank.status == 0, rank.err);
      CHECK_FALSE(exists("lightning_logs/LSTMModel/version_1"));
      CHECK(result() == whole);
    }
  }
}

TEST_CASE_FIXTURE(TwoRanks, "a process that is silent for longer than the time limit counts as lost") {
  const auto ranks = start(both(signal_at(1, 5, "batch_start", SIGSTOP), {"--set", "collective={type=\"C10d\", timeout=15}"}));
  const Finished left = ranks[0]->wait();
  CHECK(left.status == 5);
  CHECK_MESSAGE(contains(left.err, lost(0, 1)), left.err);
  ranks[1]->signal(SIGCONT);
  CHECK(ranks[1]->wait().status == 5);
}

TEST_CASE_FIXTURE(TwoRanks, "an interrupt of rank 0 stops both processes, saves a resume point and prints the command that continues") {
  for (const Finished& rank : train_both()) REQUIRE_MESSAGE(rank.status == 0, rank.err);
  const Trained whole = result();
  forget();
  const std::vector<Finished> ends = wait_for(start(signal_at(0, 11, "batch_start", SIGINT)));
  for (const Finished& rank : ends) {
    CHECK(rank.status == 130);
    CHECK_MESSAGE(contains(rank.err, "interrupted in epoch 2 after step 12"), rank.err);
  }
  CHECK(contains(ends[0].err, "go on with: pipeline run workflow.toml"));
  for (const Finished& rank : train_both({"--resume"})) REQUIRE_MESSAGE(rank.status == 0, rank.err);
  CHECK(result() == whole);
}

TEST_CASE_FIXTURE(TwoRanks, "when rank 0 fails in a stage of its own, the other does not wait for it") {
  write("small.csv", read("small.csv") + "2024-02-01 00:00:00,high,low\n");
  const std::vector<Finished> ends = wait_for(start());
  CHECK(ends[0].status == 4);
  CHECK_MESSAGE(contains(ends[0].err, "stage \"preprocess\""), ends[0].err);
  CHECK(ends[1].status == 5);
  CHECK_MESSAGE(contains(ends[1].err, lost(1, 0)), ends[1].err);
}
