#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <map>

#include "pipeline/errors.h"
#include "pipeline/search/study.h"
#include "pipeline/search/study_text.h"
#include "support/eventually.h"
#include "support/program.h"
#include "workflows/search_fixture.h"

using namespace pipeline;

namespace {

/// TPE takes over after two trials, and the pruner after one. Both see little at first, so each trial more or less changes what they do.
const std::string lagged = search + R"(
[stages.optimize.sampler]
type = "TPESampler"
n_startup_trials = 2
[stages.optimize.pruner]
type = "MedianPruner"
n_startup_trials = 1
)";

std::vector<std::string> optimize(const std::string& run_dir, std::vector<std::string> sets) {
  std::vector<std::string> arguments{"--until", "optimize", "--set", "run_dir=" + run_dir, "--set", "stages.optimize.trainer.max_epochs=6"};
  for (std::string& set : sets) arguments.insert(arguments.end(), {"--set", "stages.optimize." + std::move(set)});
  return arguments;
}

std::vector<std::string> run_words(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"run", "workflow.toml"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

/// A study's trials in the order of draws, without numbers and times: these must repeat. Of a repeated trial, the last one.
Value::List drawn_in(const std::filesystem::path& run_dir) {
  const auto study = open_study({.storage = "sqlite:///" + (run_dir / "small/optimize/study.db").string(), .name = {}, .create = false});
  const StudyState& state = study->refresh();
  std::map<std::int64_t, Value> drawn;
  for (const Trial& trial : state.trials) {
    Value::Map reports;
    for (const auto& [epoch, value] : trial.reports) reports[std::to_string(epoch)] = value;
    drawn[draw_index(state, trial)] = Value::Map{{"state", word_of(trial.state)},
                                                 {"value", trial.value ? Value(*trial.value) : Value()},
                                                 {"parameters", parameters_of(trial)},
                                                 {"reports", reports}};
  }
  Value::List list;
  for (auto& [index, trial] : drawn) list.push_back(std::move(trial));
  return list;
}

Value::List first_of(Value::List trials, std::size_t count) {
  REQUIRE(trials.size() >= count);
  trials.resize(count);
  return trials;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

/// The oldest process below `process`; 0 if there is none.
pid_t oldest_child(pid_t process) {
  std::ifstream children("/proc/" + std::to_string(process) + "/task/" + std::to_string(process) + "/children");
  pid_t child = 0;
  children >> child;
  return child;
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "with a lag, the number of workers does not change the study") {
  workflow(lagged);
  for (const char* workers : {"1", "2", "3"}) {
    const Finished ran = run(optimize(std::string("with") + workers, {"lag=3", "n_trials=12", std::string("workers=") + workers}));
    REQUIRE_MESSAGE(ran.status == 0, ran.err);
  }
  const Value::List one = drawn_in(path() / "with1");
  CHECK(one.size() == 12);
  CHECK(drawn_in(path() / "with2") == one);
  CHECK(drawn_in(path() / "with3") == one);
  CHECK(!trials_in_state(json("with1/small/optimize/study.json"), "pruned").empty());
  // Nor is it the study without a lag, whose eleventh trial knows the tenth.
  REQUIRE(run(optimize("none", {"n_trials=12"})).status == 0);
  CHECK(drawn_in(path() / "none") != one);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a lag holds for pruners that follow the trials' numbers, for known points and for failing trials") {
  workflow(search + "[stages.optimize.pruner]\ntype = \"HyperbandPruner\"\n");
  const std::vector<std::string> sets{"lag=3", "n_trials=9", "enqueue=[{ hidden_size = 6 }, { \"optimizer.lr\" = 1e30 }]",
                                      "search={\"model.hidden_size\" = { low = 2, high = 8, step = 2, name = \"hidden_size\" }, "
                                      "\"optimizer.lr\" = { choices = [0.001, 0.01, 1e30] }}"};
  for (const char* workers : {"1", "3"}) {
    std::vector<std::string> all = sets;
    all.push_back(std::string("workers=") + workers);
    std::vector<std::string> arguments = optimize(std::string("with") + workers, all);
    arguments.insert(arguments.end(), {"--set", "optimizer.type=SGD"});
    const Finished ran = run(arguments);
    REQUIRE_MESSAGE(ran.status == 0, ran.err);
  }
  CHECK(!trials_in_state(json("with1/small/optimize/study.json"), "failed").empty());
  CHECK(drawn_in(path() / "with3") == drawn_in(path() / "with1"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "workers search a grid with a lag through, each point once") {
  workflow(search + "[stages.optimize.sampler]\ntype = \"GridSampler\"\n");
  for (const char* workers : {"1", "3"}) {
    const Finished ran = run(optimize(
        std::string("with") + workers,
        {"lag=3", "n_trials=50", "search={\"model.hidden_size\" = { low = 2, high = 12, step = 2 }}", std::string("workers=") + workers}));
    REQUIRE_MESSAGE(ran.status == 0, ran.err);
  }
  CHECK(drawn_in(path() / "with1").size() == 6);
  CHECK(drawn_in(path() / "with3") == drawn_in(path() / "with1"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a killed worker is replaced in the same run, and with a lag the study is the undisturbed one") {
  workflow(lagged);
  // Trials last much longer than the time between two of them: of a dozen kills some hit a trial.
  std::vector<std::string> sets{"lag=3", "n_trials=12", "trainer.max_epochs=100", "pruner.n_warmup_steps=80"};
  REQUIRE(run(optimize("whole", sets)).status == 0);
  sets.emplace_back("workers=3");
  Program searching(BUILD_DIR "/bin/pipeline", run_words(optimize("killed", sets)), path());
  const std::string lost = " was lost with the process that ran it: it is tried again";
  REQUIRE_MESSAGE(searching.says("3 trials at once"), searching.err_so_far());
  const auto ended = [&] { return count_of(searching.err_so_far(), "complete") + count_of(searching.err_so_far(), "pruned"); };
  while (searching.runs() && !contains(searching.err_so_far(), lost)) {  // until a kill has hit a worker in a trial
    const std::size_t before = ended();
    if (const pid_t worker = oldest_child(searching.process())) ::kill(worker, SIGKILL);
    REQUIRE(eventually([&] { return !searching.runs() || ended() > before || contains(searching.err_so_far(), lost); }));
  }
  const Finished end = searching.wait();
  REQUIRE_MESSAGE(end.status == 0, end.err);
  CHECK_MESSAGE(contains(end.err, lost), end.err);
  CHECK(contains(end.err, "a worker ended by Killed: another one takes its place"));
  CHECK(drawn_in(path() / "killed") == drawn_in(path() / "whole"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a search with a lag that was stopped or killed goes on, with other workers, to the undisturbed study") {
  workflow(lagged);
  REQUIRE(run(optimize("whole", {"lag=3", "n_trials=12", "workers=3"})).status == 0);
  const Value::List whole = drawn_in(path() / "whole");
  for (const int signal : {SIGINT, SIGKILL}) {
    CAPTURE(signal);
    const std::string run_dir = "stopped" + std::to_string(signal);
    // More trials than the comparison needs: the search is not done before the signal, however late that is.
    Program stopped(BUILD_DIR "/bin/pipeline", run_words(optimize(run_dir, {"lag=3", "n_trials=500", "workers=3"})), path());
    REQUIRE_MESSAGE(stopped.says("    3  "), stopped.err_so_far());
    stopped.signal(signal);
    CHECK(stopped.wait().status == 128 + signal);
    for (const char* workers : {"2", "1"}) {
      const std::string n_trials = std::string("n_trials=") + (workers == std::string("2") ? "9" : "12");
      Finished rest;
      REQUIRE(eventually([&] {  // the workers of a killed run hold its inputs until they have ended
        rest = run(optimize(run_dir, {"lag=3", n_trials, std::string("workers=") + workers}));
        return rest.status != static_cast<int>(ExitStatus::locked);
      }));
      REQUIRE_MESSAGE(rest.status == 0, rest.err);
    }
    CHECK(first_of(drawn_in(path() / run_dir), 12) == whole);
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "with a lag there are as many workers as processors by default, and each trial has one thread") {
  workflow(lagged);
  std::vector<std::string> arguments = optimize("auto", {"lag=2", "n_trials=5"});
  arguments.insert(arguments.end(), {"--set", "threads=4"});
  const Finished ran = run(arguments);
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK(contains(ran.err, "2 trials at once, with 1 thread each"));
  arguments = optimize("one", {"lag=2", "n_trials=5", "workers=1"});
  arguments.insert(arguments.end(), {"--set", "threads=4"});
  REQUIRE(run(arguments).status == 0);
  CHECK(drawn_in(path() / "auto") == drawn_in(path() / "one"));
  const Finished without = run(optimize("without", {"n_trials=2"}));
  CHECK_FALSE(contains(without.err, "trials at once"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "workers beyond the lag are left out, and said") {
  workflow(lagged);
  const Finished ran = run(optimize("runs", {"lag=2", "n_trials=3", "workers=4"}));
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK(contains(ran.err, "workers = 4, but with lag = 2 only 2 trials may run at once: 2 start"));
  CHECK(contains(ran.err, "2 trials at once, with 1 thread each"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "another lag begins another study") {
  workflow(search);
  REQUIRE(run({"--until", "optimize"}).status == 0);
  const Finished other = run({"--until", "optimize", "--set", "stages.optimize.lag=2"});
  REQUIRE_MESSAGE(other.status == 0, other.err);
  CHECK(contains(other.err, "study \"small\" stays as it is: lag is new (2)"));
  CHECK(contains(other.err, "study \"small-2\" begins"));
  const Finished workers = run({"--until", "optimize", "--set", "stages.optimize.lag=2", "--set", "stages.optimize.workers=1"});
  CHECK(contains(workers.err, "[optimize] up to date"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a study in memory takes a lag") {
  workflow(lagged);
  REQUIRE(run(optimize("memory", {"lag=3", "n_trials=6", "storage=memory"})).status == 0);
  REQUIRE(run(optimize("file", {"lag=3", "n_trials=6", "workers=2"})).status == 0);
  CHECK(outcomes(json("memory/small/optimize/study.json")).size() == 6);
  Value::List in_file;
  for (const Value& trial : drawn_in(path() / "file")) in_file.push_back(trial.at("parameters"));
  Value::List in_memory;
  for (const Value& trial : outcomes(json("memory/small/optimize/study.json"))) in_memory.push_back(trial.at("parameters"));
  CHECK(in_memory == in_file);
}

TEST_CASE_FIXTURE(WorkflowFixture, "what a lag cannot hold for is refused") {
  workflow(search);
  const Finished sequence = run({"--until", "optimize", "--set", "stages.optimize.lag=2", "--set", "stages.optimize.rng=optuna"});
  CHECK(sequence.status == 2);
  CHECK(
      contains(sequence.err,
               "rng = \"optuna\" draws in sequence, so that a trial's values depend on all draws before it: write lag = 0 with it, not 2"));
  const Finished negative = run({"--until", "optimize", "--set", "stages.optimize.lag=-1"});
  CHECK(negative.status == 2);
  CHECK(contains(negative.err, "lag"));
}
