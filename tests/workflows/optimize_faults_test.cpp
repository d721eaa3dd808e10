#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <map>
#include <set>

#include <soci/soci.h>

#include "pipeline/search/study.h"
#include "support/eventually.h"
#include "support/program.h"
#include "workflows/search_fixture.h"

using namespace pipeline;

namespace {

std::vector<std::string> optimize(std::vector<std::string> sets) {
  std::vector<std::string> arguments{"--until", "optimize"};
  for (std::string& set : sets) arguments.insert(arguments.end(), {"--set", std::move(set)});
  return arguments;
}

/// Writes a study as another program leaves it, with `complete` complete trials over these distributions.
void write_study(const std::filesystem::path& file, const std::map<std::string, Distribution>& distributions, std::int64_t complete) {
  const auto study = open_study({.storage = "sqlite:///" + file.string(), .name = "theirs"});
  for (std::int64_t i = 0; i < complete; ++i) {
    Trial trial = *study->begin(complete);
    for (const auto& [name, distribution] : distributions) trial.parameters[name] = distribution.low;
    trial.distributions = distributions;
    study->save_parameters(trial);
    trial.state = TrialState::complete;
    trial.value = 1.0 + static_cast<double>(i);
    static_cast<void>(study->finish(trial, ""));
  }
}

/// Writes a study whose trial 2 runs in a program without heartbeats, after two complete ones.
void leave_silent_trial(const std::filesystem::path& file) {
  write_study(file, {{"hidden_size", Distribution::integer(2, 8, 2)}}, 2);
  {
    const auto study = open_study({.storage = "sqlite:///" + file.string(), .name = "theirs"});
    static_cast<void>(study->begin(9));
  }
  soci::session sql("sqlite3", "dbname=" + file.string());
  sql << "DELETE FROM trial_heartbeats";
  sql << "DELETE FROM trial_user_attributes WHERE \"key\" = 'worker'";
}

/// The command line that `ps` shows for a process.
std::string command_line_of(pid_t process) {
  std::ifstream line("/proc/" + std::to_string(process) + "/cmdline", std::ios::binary);
  return {std::istreambuf_iterator<char>(line), {}};
}

std::string command_lines_below(pid_t process) {
  std::string all;
  for (const pid_t child : children_of(process)) all += command_line_of(child);
  return all;
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "a trial that the machine has no memory for fails alone") {
  workflow(search);
  std::vector<std::string> arguments =
      optimize({"model.type=GreedyModel", "stages.optimize.search={\"model.terabytes\" = { choices = [0, 900] }}",
                "stages.optimize.enqueue=[{ \"model.terabytes\" = 900 }]", "stages.optimize.n_trials=2"});
  arguments.insert(arguments.begin(), {"run", "workflow.toml", "--plugin-path", BUILD_DIR "/tests/plugins/greedy_model"});
  const Finished ran = pipeline_program(arguments, path(), {"ASAN_OPTIONS=allocator_may_return_null=1"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value study = json("runs/small/optimize/study.json");
  const Value& first = study.at("trials").as_list().front();
  CHECK(first.at("state") == Value("failed"));
  CHECK(first.at("reason").as_string().starts_with("model \"GreedyModel\" (libgreedy_model.so) failed in forward: LibTorch: "));
  CHECK(outcomes(study).size() == 2);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a trial whose model throws a number fails alone") {
  workflow(search);
  std::vector<std::string> arguments =
      optimize({"model.type=GreedyModel", "stages.optimize.search={\"model.terabytes\" = { choices = [0, -1] }}",
                "stages.optimize.enqueue=[{ \"model.terabytes\" = -1 }]", "stages.optimize.n_trials=2"});
  arguments.insert(arguments.begin(), {"run", "workflow.toml", "--plugin-path", BUILD_DIR "/tests/plugins/greedy_model"});
  const Finished ran = pipeline_program(arguments, path());
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value study = json("runs/small/optimize/study.json");
  const Value& first = study.at("trials").as_list().front();
  CHECK(first.at("state") == Value("failed"));
  CHECK(first.at("reason") ==
        Value("model \"GreedyModel\" (libgreedy_model.so) failed in forward: an object that is no std::exception was thrown: let the "
              "plugin throw a pipeline::Error, which says what is wrong"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a search stopped by Ctrl-C leaves the windows of its best trial") {
  workflow(search);
  const std::string searched = "stages.optimize.search={\"slice_windows.window\" = { choices = [6, 12, 36] }}";
  std::vector<std::string> words{"run", "workflow.toml"};
  for (const std::string& word : optimize({searched, "stages.optimize.n_trials=500"})) words.push_back(word);
  Program stopped(BUILD_DIR "/bin/pipeline", words, path());
  REQUIRE_MESSAGE(stopped.says("    4  complete"), stopped.err_so_far());
  stopped.signal(SIGINT);
  CHECK(stopped.wait().status == 130);
  CHECK(json("runs/small/optimize/windows/windows.json").at("window") ==
        json("runs/small/optimize/study.json").at("best").at("values").at("slice_windows.window"));
  const Finished trained = run({"--stage", "train", "--set", searched});
  CHECK_MESSAGE(trained.status == 0, trained.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a grid that was killed misses no point") {
  workflow(search + "[stages.optimize.sampler]\ntype = \"GridSampler\"\n");
  const std::string grid = "stages.optimize.search={\"model.hidden_size\" = { low = 2, high = 24, step = 2, name = \"size\" }}";
  std::vector<std::string> words{"run", "workflow.toml"};
  for (const std::string& word : optimize({grid, "stages.optimize.n_trials=50"})) words.push_back(word);
  {
    Program killed(BUILD_DIR "/bin/pipeline", words, path());
    REQUIRE_MESSAGE(killed.says("    3  complete"), killed.err_so_far());
    killed.signal(SIGKILL);
    static_cast<void>(killed.wait());
  }
  REQUIRE(run(optimize({grid, "stages.optimize.n_trials=50"})).status == 0);
  std::set<std::int64_t> tried;
  const Value::List results = outcomes(json("runs/small/optimize/study.json"));
  for (const Value& trial : results) tried.insert(trial.at("parameters").at("size").as_int());
  CHECK(tried.size() == 12);
  CHECK(results.size() == 12);
}

TEST_CASE_FIXTURE(WorkflowFixture,
                  "a search killed right before a trial's result leaves no trial without its files, and no files without a trial") {
  workflow(search + "[[loggers]]\ntype = \"CSVLogger\"\n[[loggers]]\ntype = \"KillAtResult\"\n");
  write("workflow.toml", "plugins = { path = \"" BUILD_DIR "/tests/resume/plugins\" }\n" + read("workflow.toml"));
  for (const char* log_trials : {"false", "true"}) {
    const std::string runs = std::string("runs_") + log_trials, logs = std::string("logs_") + log_trials;
    std::vector<std::string> words = optimize(
        {"run_dir=" + runs, "log_dir=" + logs, "stages.optimize.save_top_k=-1", std::string("stages.optimize.log_trials=") + log_trials});
    std::vector<std::string> killing = words;
    killing.insert(killing.end(), {"--set", "loggers.KillAtResult.folder=trial_2"});
    CHECK(run(killing).status == 128 + SIGKILL);
    CHECK(exists(runs + "/small/optimize/checkpoints/small/trial-2.ckpt"));
    const Finished rest = run(words);
    REQUIRE_MESSAGE(rest.status == 0, rest.err);
    const Value study = json(runs + "/small/optimize/study.json");
    CHECK(outcomes(study).size() == 4);
    for (const Value& trial : study.at("trials").as_list()) {
      const std::string number = std::to_string(trial.at("number").as_int());
      const bool complete = trial.at("state") == Value("complete");
      CHECK(complete == (number != "2"));
      CHECK(exists(runs + "/small/optimize/checkpoints/small/trial-" + number + ".ckpt") == complete);
      CHECK(exists(logs + "/small/trial_" + number + "/metrics.csv") == complete);
    }
    CHECK_FALSE(exists(runs + "/small/.optimize.lasting/small/trial-2"));
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "what a search killed right after a trial's result leaves is removed by the next one") {
  workflow(search);
  REQUIRE(run(optimize({})).status == 0);
  const std::int64_t best = json("runs/small/optimize/study.json").at("best").at("number").as_int();
  const auto checkpoint = [](std::int64_t number) {
    return "runs/small/optimize/checkpoints/small/trial-" + std::to_string(number) + ".ckpt";
  };
  const std::int64_t beaten = best == 0 ? 1 : 0;
  const std::string work = "runs/small/.optimize.lasting/small/";
  write(checkpoint(beaten), "");
  write(checkpoint(77), "of a trial that is not in the study");
  std::filesystem::create_directories(path() / (work + "trial-1/windows"));
  std::filesystem::create_directories(path() / (work + "trial-77"));
  REQUIRE(run(optimize({"stages.optimize.n_trials=5"})).status == 0);
  CHECK_FALSE(exists(checkpoint(beaten)));
  CHECK(exists(checkpoint(77)));
  CHECK_FALSE(exists(work + "trial-1"));
  CHECK(exists(work + "trial-77"));
  CHECK(exists(checkpoint(json("runs/small/optimize/study.json").at("best").at("number").as_int())));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a trial of another program without a heartbeat is not waited for, and said") {
  workflow(search);
  leave_silent_trial(path() / "theirs.db");
  std::vector<std::string> sets{"stages.optimize.storage=sqlite:///" + (path() / "theirs.db").string(), "stages.optimize.study_name=theirs",
                                "stages.optimize.n_trials=5"};
  const Finished ran = run(optimize(sets));
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK(contains(ran.err, "trial 2 runs in another program that gives no heartbeat: it counts, but is not waited for"));
  CHECK(outcomes(json("runs/small/optimize/study.json")).size() == 4);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a lag is refused beside a trial that may never end") {
  workflow(search);
  leave_silent_trial(path() / "theirs.db");
  const Finished ran = run(optimize({"stages.optimize.storage=sqlite:///" + (path() / "theirs.db").string(),
                                     "stages.optimize.study_name=theirs", "stages.optimize.n_trials=5", "stages.optimize.lag=2"}));
  CHECK(ran.status == 2);
  CHECK(contains(ran.err,
                 "with a lag, trials wait for the trials before them, and trial 2 may never end: it runs in another program that gives no "
                 "heartbeat. End it there, or search without lag under another study_name"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a study with other choices under the same name is refused") {
  workflow(search);
  write_study(path() / "theirs.db", {{"hidden_size", Distribution::categorical({2, 4, 6})}}, 3);
  const Finished ran = run(optimize({"stages.optimize.storage=sqlite:///" + (path() / "theirs.db").string(),
                                     "stages.optimize.study_name=theirs", "stages.optimize.n_trials=5"}));
  CHECK(ran.status == 2);
  CHECK(contains(ran.err,
                 "study \"theirs\" has \"hidden_size\" of another kind, or over other choices, than the search of model.hidden_size "
                 "here: search it as the study does, give it another name, or the search another study_name"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "drawing in sequence is one worker's") {
  workflow(search);
  const Finished ran = run(optimize({"stages.optimize.rng=optuna", "stages.optimize.workers=2"}));
  CHECK(ran.status == 2);
  CHECK(contains(ran.err,
                 "rng = \"optuna\" draws in sequence in one process, several would draw the same: write workers = \"auto\" or 1 with it, "
                 "not 2"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a grid over a continuous range is refused before a study is made") {
  workflow(search + "[stages.optimize.sampler]\ntype = \"GridSampler\"\n");
  const Finished ran = run({"--until", "optimize"});
  CHECK(ran.status == 2);
  CHECK(contains(ran.err,
                 "search: GridSampler cannot enumerate the continuous range of optimizer.lr: give it a step or choices, or choose another "
                 "sampler"));
  CHECK_FALSE(exists("runs/small/optimize/study.db"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a trial's callbacks write nowhere else, whatever the study's name") {
  workflow(search +
           "[[callbacks]]\ntype = \"ModelCheckpoint\"\nmonitor = \"val_loss\"\ndirpath = \"mine\"\n[[loggers]]\ntype = \"CSVLogger\"\n");
  const Finished ran = run(optimize({"stages.optimize.study_name=../up/there"}));
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK_FALSE(exists("mine"));
  CHECK_FALSE(exists("up"));
  CHECK(exists("lightning_logs/_._up_there/trial_0/metrics.csv"));
  CHECK(json("runs/small/optimize/study.json").at("name") == Value("../up/there"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a password is on no worker's command line") {
  std::string with_secret = search;
  with_secret.replace(with_secret.find("n_trials = 4"), 12, "n_trials = 400\nworkers = 2\nstorage = \"sqlite:///${env:STUDY_FILE}.db\"");
  workflow(with_secret);
  Program searching(BUILD_DIR "/bin/pipeline", {"run", "workflow.toml", "--until", "optimize"}, path(), {"STUDY_FILE=confidential"});
  REQUIRE_MESSAGE(searching.says("    1  complete"), searching.err_so_far());
  std::string seen;
  // A worker between fork and exec has no command line of its own yet.
  REQUIRE(eventually([&] { return contains(seen = command_lines_below(searching.process()), "stage-worker") || !searching.runs(); }));
  searching.signal(SIGINT);
  CHECK(searching.wait().status == 130);
  CHECK(contains(seen, "stage-worker"));
  CHECK_FALSE(contains(seen, "confidential"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "workers that die again and again end the search with a sentence") {
  workflow(search);
  std::vector<std::string> words{"run", "workflow.toml"};
  for (const std::string& word : optimize({"stages.optimize.workers=2", "stages.optimize.n_trials=500"})) words.push_back(word);
  Program searching(BUILD_DIR "/bin/pipeline", words, path());
  REQUIRE_MESSAGE(searching.says("2 trials at once"), searching.err_so_far());
  // Each worker is killed as soon as it runs, long before it has loaded LibTorch. No other child is: a sanitizer has one at the end.
  REQUIRE(eventually([&] {
    for (const pid_t child : children_of(searching.process())) {
      if (contains(command_line_of(child), "stage-worker")) ::kill(child, SIGKILL);
    }
    return !searching.runs();
  }));
  const Finished end = searching.wait();
  CHECK(end.status == 1);
  CHECK(contains(end.err, "a worker ended by Killed: another one takes its place"));
  CHECK(contains(end.err, "a worker ended by Killed; no other one takes its place, after 10 in a row of which none ended a trial"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "what another process is writing beside a search is no part of its result") {
  workflow(search);
  std::filesystem::create_directories(path() / "runs/small/optimize");
  write("runs/small/optimize/half.csv.tmp.4711", "1,");
  const Finished ran = run({"--until", "optimize"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value outputs = json("runs/small/optimize/manifest.json").at("outputs");
  CHECK(outputs.find("study.json"));
  CHECK_FALSE(outputs.find("half.csv.tmp.4711"));
}
