#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <set>

#include "workflows/search_fixture.h"

using pipeline::Value;

TEST_CASE_FIXTURE(WorkflowFixture, "a search leaves study, best values and trials, and train takes the best") {
  workflow(search);
  const Finished ran = run();
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value study = json("runs/small/optimize/study.json");
  REQUIRE(outcomes(study).size() == 4);
  for (const char* file : {"study.db", "best.toml", "trials.csv"}) CHECK(exists(std::string("runs/small/optimize/") + file));
  const Value& best = study.at("best");
  const Value& hidden = best.at("values").at("model.hidden_size");
  const Value tables = json("runs/small/train/manifest.json").at("tables");
  CHECK(tables.at("model").at("hidden_size") == hidden);
  CHECK(tables.at("optimizer").at("lr") == best.at("values").at("optimizer.lr"));
  CHECK(tables.at("trainer").at("max_epochs") == Value(2));
  const std::string trial = "trial " + std::to_string(best.at("number").as_int());
  CHECK(contains(ran.err, "[train] " + trial + " of optimize: model.hidden_size = " + std::to_string(hidden.as_int())));
  CHECK(json("runs/small/train/manifest.json").at("origins").at("model.hidden_size") == Value("optimize, " + trial));
  CHECK(contains(read("runs/small/optimize/trials.csv"),
                 "number,value,datetime_start,datetime_complete,duration,params_hidden_size,params_optimizer.lr,state,reason\n0,"));
  CHECK(exists("runs/small/optimize/checkpoints/small/trial-" + std::to_string(best.at("number").as_int()) + ".ckpt"));
  CHECK(contains(run().err, "[optimize] up to date"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "train repeats the best trial's first epochs") {
  workflow(search);
  REQUIRE(run({"--set", "stages.optimize.n_trials=2"}).status == 0);
  const Value best = json("runs/small/optimize/study.json").at("best");
  const Value first = json("runs/small/train/train.json").at("history").as_list().front();
  CHECK(first.at("val").at("val_loss") == best.at("value"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "best.toml can be pasted") {
  workflow(search);
  REQUIRE(run({"--until", "optimize"}).status == 0);
  write("best_workflow.toml", "extends = \"workflow.toml\"\n" + read("runs/small/optimize/best.toml"));
  const Finished validated = pipeline({"validate", "best_workflow.toml"});
  CHECK_MESSAGE(validated.status == 0, validated.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "the same search gives the same study") {
  workflow(search);
  REQUIRE(run({"--until", "optimize"}).status == 0);
  REQUIRE(run({"--until", "optimize", "--set", "run_dir=again"}).status == 0);
  CHECK(outcomes(json("runs/small/optimize/study.json")) == outcomes(json("again/small/optimize/study.json")));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a killed search goes on and gives the trials of one never killed") {
  workflow(search);
  const std::vector<std::string> whole{"--until", "optimize", "--set", "stages.optimize.n_trials=12", "--set", "run_dir=whole"};
  REQUIRE(run(whole).status == 0);
  {
    // More trials than the comparison needs: the search is not done before it is killed, however late that is.
    Program killed(BUILD_DIR "/bin/pipeline", {"run", "workflow.toml", "--until", "optimize", "--set", "stages.optimize.n_trials=500"},
                   path());
    REQUIRE_MESSAGE(killed.says("    3  complete"), killed.err_so_far());
    killed.signal(SIGKILL);
    REQUIRE(killed.wait().status == 128 + SIGKILL);
  }
  const Finished rest = run({"--until", "optimize", "--set", "stages.optimize.n_trials=12"});
  REQUIRE_MESSAGE(rest.status == 0, rest.err);
  Value::List trials = outcomes(json("runs/small/optimize/study.json"));
  REQUIRE(trials.size() >= 12);
  trials.resize(12);
  CHECK(trials == outcomes(json("whole/small/optimize/study.json")));
}

TEST_CASE_FIXTURE(WorkflowFixture, "Ctrl-C keeps the study, and the same command goes on") {
  workflow(search);
  Program stopped(BUILD_DIR "/bin/pipeline", {"run", "workflow.toml", "--until", "optimize", "--set", "stages.optimize.n_trials=500"},
                  path());
  REQUIRE_MESSAGE(stopped.says("    1  complete"), stopped.err_so_far());
  stopped.signal(SIGINT);
  const Finished end = stopped.wait();
  CHECK(end.status == 130);
  CHECK(contains(end.err, "the search was interrupted; the same command goes on with it"));
  CHECK(exists("runs/small/optimize/best.toml"));
  const Value before = json("runs/small/optimize/study.json");
  REQUIRE(run({"--until", "optimize", "--set", "stages.optimize.n_trials=8"}).status == 0);
  CHECK(outcomes(json("runs/small/optimize/study.json")).size() >= std::max<std::size_t>(8, outcomes(before).size()));
}

TEST_CASE_FIXTURE(WorkflowFixture, "more trials go on with the study; another space begins a new one beside it") {
  workflow(search);
  REQUIRE(run({"--until", "optimize"}).status == 0);
  const Value::List first = outcomes(json("runs/small/optimize/study.json"));
  REQUIRE(run({"--until", "optimize", "--set", "stages.optimize.n_trials=6"}).status == 0);
  Value::List more = outcomes(json("runs/small/optimize/study.json"));
  REQUIRE(more.size() == 6);
  more.resize(4);
  CHECK(more == first);
  const std::string wider = "stages.optimize.search={\"model.hidden_size\" = { low = 2, high = 16 }}";
  const Finished other = run({"--until", "optimize", "--set", wider});
  REQUIRE(other.status == 0);
  CHECK(contains(other.err, "study \"small\" stays as it is: search changed"));
  CHECK(contains(other.err, "study \"small-2\" begins"));
  CHECK(json("runs/small/optimize/study.json").at("name") == Value("small-2"));
  const Finished named = run({"--until", "optimize", "--set", wider, "--set", "stages.optimize.study_name=small"});
  CHECK(named.status == 2);
  CHECK(contains(named.err, "the trials of study \"small\" were made with other settings: search changed"));
  CHECK(contains(named.err, "Give the search another study_name; this study stays as it is"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a study goes on with the kernels of another processor") {
  workflow(search);
  REQUIRE(run({"--until", "optimize"}).status == 0);
  ::setenv("PIPELINE_CPU_CAPABILITY", "default", 1);
  const Finished other = run({"--until", "optimize", "--set", "stages.optimize.n_trials=5", "--set", "stages.optimize.study_name=small"});
  ::unsetenv("PIPELINE_CPU_CAPABILITY");
  REQUIRE_MESSAGE(other.status == 0, other.err);
  CHECK(contains(other.err, "study \"small\" goes on after 4 trials"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a study keeps its direction: a search in another one begins a new study") {
  workflow(search);
  REQUIRE(run({"--until", "optimize"}).status == 0);
  const Finished same = run({"--until", "optimize", "--set", "stages.optimize.direction=minimize"});
  CHECK_MESSAGE(contains(same.err, "study \"small\" goes on after 4 trials"), same.err);  // what "auto" is for a loss
  const Finished other = run({"--until", "optimize", "--set", "stages.optimize.direction=maximize"});
  REQUIRE_MESSAGE(other.status == 0, other.err);
  CHECK(contains(other.err, "study \"small\" stays as it is: direction minimize -> maximize"));
  CHECK(contains(other.err, "study \"small-2\" begins"));
  const Finished named =
      run({"--until", "optimize", "--set", "stages.optimize.direction=maximize", "--set", "stages.optimize.study_name=small"});
  CHECK(named.status == 2);
  CHECK(contains(named.err,
                 "the trials of study \"small\" were made with other settings: direction minimize -> maximize. Give the search "
                 "another study_name; this study stays as it is"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "what is searched may be set for the training without another search") {
  workflow(search);
  REQUIRE(run({"--until", "optimize"}).status == 0);
  const Finished base = run({"--until", "train", "--set", "optimizer.lr=0.02"});
  REQUIRE_MESSAGE(base.status == 0, base.err);
  CHECK(contains(base.err, "study \"small\" goes on after 4 trials"));
  CHECK_FALSE(contains(base.err, "begins"));
  CHECK(contains(run({"--until", "optimize", "--set", "trainer.gradient_clip_val=0.5"}).err, "study \"small-2\" begins"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "so may what is searched of a callback") {
  workflow(search + "[[callbacks]]\ntype = \"EarlyStopping\"\nmonitor = \"val_loss\"\n");
  const std::string patience = "stages.optimize.search={\"callbacks.EarlyStopping.patience\" = [2, 3]}";
  const Finished first = run({"--until", "optimize", "--set", patience});
  REQUIRE_MESSAGE(first.status == 0, first.err);
  const Finished set = run({"--until", "optimize", "--set", patience, "--set", "callbacks.EarlyStopping.patience=4"});
  REQUIRE_MESSAGE(set.status == 0, set.err);
  CHECK(contains(set.err, "study \"small\" goes on after 4 trials"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "several workers share the study") {
  workflow(search);
  const Finished ran = run({"--set", "stages.optimize.workers=2", "--set", "stages.optimize.n_trials=9"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value study = json("runs/small/optimize/study.json");
  CHECK(outcomes(study).size() == 9);
  std::set<std::int64_t> numbers;
  for (const Value& trial : study.at("trials").as_list()) numbers.insert(trial.at("number").as_int());
  CHECK(numbers.size() == study.at("trials").as_list().size());
  CHECK(contains(ran.err, "[train] trial "));
}

TEST_CASE_FIXTURE(WorkflowFixture, "workers = fastest measures and then searches") {
  workflow(search);
  const Finished ran = run({"--until", "optimize", "--set", "stages.optimize.workers=fastest", "--set", "threads=2"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK(contains(ran.err, "1 worker trains "));
  CHECK(contains(ran.err, "2 workers train "));
  CHECK(outcomes(json("runs/small/optimize/study.json")).size() == 4);
}

TEST_CASE_FIXTURE(WorkflowFixture, "two runs may search at once, where others must not run a stage twice") {
  workflow(search);
  REQUIRE(run({"--until", "slice_windows"}).status == 0);
  const std::vector<std::string> words{"run", "workflow.toml", "--stage", "optimize", "--set", "stages.optimize.n_trials=30"};
  Program one(BUILD_DIR "/bin/pipeline", words, path()), two(BUILD_DIR "/bin/pipeline", words, path());
  CHECK(one.wait().status == 0);
  CHECK(two.wait().status == 0);
  CHECK(outcomes(json("runs/small/optimize/study.json")).size() == 30);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a trial that diverges is recorded with its reason, and the study goes on") {
  workflow(search);
  const Finished ran = run({"--until", "optimize", "--set", "optimizer.type=SGD", "--set",
                            "stages.optimize.search={\"optimizer.lr\" = { choices = [0.01, 1e30] }}", "--set", "trainer.max_epochs=3",
                            "--set", "stages.optimize.n_trials=2", "--set", "stages.optimize.enqueue=[{ \"optimizer.lr\" = 1e30 }]"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value study = json("runs/small/optimize/study.json");
  CHECK(outcomes(study).size() == 2);
  const Value::List failed = trials_in_state(study, "failed");
  REQUIRE(!failed.empty());
  CHECK(contains(failed.front().at("reason").as_string(), "the training loss became infinite"));
  const Finished shown = pipeline({"study", "trials", "runs/small/optimize/study.db"});
  CHECK(contains(shown.out, "reason"));
  CHECK(contains(shown.out, "the training loss became infinite"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a search in which every trial fails ends with the reason") {
  workflow(search);
  const Finished ran = run({"--until", "optimize", "--set", "optimizer.type=SGD", "--set",
                            "stages.optimize.search={\"optimizer.lr\" = { choices = [1e29, 1e30] }}", "--set", "trainer.max_epochs=3"});
  CHECK(ran.status == 5);
  CHECK(contains(ran.err, "10 trials failed one after the other, the last one because: "));
  const Finished shared = run({"--until", "optimize", "--set", "optimizer.type=SGD", "--set", "stages.optimize.workers=2", "--set",
                               "stages.optimize.search={\"optimizer.lr\" = { choices = [1e29, 1e30] }}", "--set", "trainer.max_epochs=3"});
  CHECK(shared.status == 5);
  CHECK(contains(shared.err, " trials failed one after the other, the last one because: "));
}

TEST_CASE_FIXTURE(WorkflowFixture, "what the search monitors is checked before any trial") {
  workflow(search);
  const Finished ran = run({"--until", "optimize", "--set", "stages.optimize.monitor=val_los"});
  CHECK(ran.status == 2);
  CHECK(contains(ran.err, "monitor is \"val_los\", which no training measures; did you mean \"val_loss\"?"));
  CHECK_FALSE(exists("runs/small/optimize/study.db"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "--set and best = false go before what was found") {
  workflow(search);
  const Finished set = run({"--set", "optimizer.lr=0.5", "--set", "stages.optimize.n_trials=2"});
  REQUIRE_MESSAGE(set.status == 0, set.err);
  CHECK(json("runs/small/train/manifest.json").at("tables").at("optimizer").at("lr") == Value(0.5));
  CHECK(contains(set.err, "given, so not taken: optimizer.lr = "));
  REQUIRE(run({"--set", "stages.train.best=false", "--set", "stages.optimize.n_trials=2"}).status == 0);
  CHECK(json("runs/small/train/manifest.json").at("tables").at("model").at("hidden_size") == Value(4));
}

TEST_CASE_FIXTURE(WorkflowFixture, "train before its search says what to run") {
  workflow(search);
  REQUIRE(run({"--until", "slice_windows"}).status == 0);
  const Finished early = run({"--stage", "train"});
  CHECK(early.status == 2);
  CHECK(contains(early.err,
                 "stage \"train\" takes the best of stage \"optimize\", which has not run: run it first with --until optimize, or train "
                 "without it: --set stages.train.best=false"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "the window is searched: train and evaluate use the best trial's windows") {
  workflow(search);
  const std::vector<std::string> arguments{"--set", "stages.optimize.search={\"slice_windows.window\" = { choices = [6, 12, 36] }}"};
  const Finished ran = run(arguments);
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value window = json("runs/small/optimize/study.json").at("best").at("values").at("slice_windows.window");
  CHECK(json("runs/small/optimize/windows/windows.json").at("window") == window);
  CHECK(json("runs/small/train/train.json").at("hyper_parameters").at("window") == window);
  CHECK(exists("runs/small/evaluate/metrics.json"));
  CHECK(contains(run(arguments).err, "[train] up to date"));
  std::vector<std::string> set = arguments;
  set.insert(set.end(), {"--set", "stages.slice_windows.window=18"});
  const Finished given = run(set);
  REQUIRE_MESSAGE(given.status == 0, given.err);
  CHECK(contains(given.err, "given, so not taken: slice_windows.window = "));
  CHECK(json("runs/small/train/train.json").at("hyper_parameters").at("window") == Value(18));
}

TEST_CASE_FIXTURE(WorkflowFixture, "types are searched with options of their own") {
  workflow(search);
  const Finished ran = run({"--set",
                            "stages.optimize.search={\"model.type\" = [\"LSTMModel\", \"LinearModel\"], \"model.hidden_size\" = { low = 2, "
                            "high = 4, when = { \"model.type\" = \"LSTMModel\" } }}",
                            "--set", "stages.optimize.n_trials=8"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value study = json("runs/small/optimize/study.json");
  std::set<std::string> types;
  for (const Value& trial : study.at("trials").as_list()) {
    const Value& parameters = trial.at("parameters");
    types.insert(parameters.at("model.type").as_string());
    CHECK((parameters.find("model.hidden_size") != nullptr) == (parameters.at("model.type") == Value("LSTMModel")));
  }
  CHECK(types.size() == 2);
  CHECK(json("runs/small/train/train.json").at("model") == study.at("best").at("values").at("model.type"));
}

TEST_CASE_FIXTURE(WorkflowFixture,
                  "a stage's own options hold for the type that a search found best, and what it has no option for is told") {
  workflow(search);
  const std::vector<std::string> one{
      "--until", "train", "--set", "stages.optimize.n_trials=1", "--set", "stages.train.model.hidden_size=6"};
  const auto with_type = [&](const std::string& type) {
    std::vector<std::string> arguments = one;
    arguments.insert(arguments.end(), {"--set", "stages.optimize.search={\"model.type\" = [\"" + type + "\"]}"});
    const Finished ran = run(arguments);
    REQUIRE_MESSAGE(ran.status == 0, ran.err);
    return ran.err;
  };
  with_type("GRUModel");
  CHECK(json("runs/small/train/train.json").at("hyper_parameters").at("hidden_size") == Value(6));
  CHECK(contains(with_type("LinearModel"), "given, but no option of the best type: model.hidden_size"));
  CHECK(json("runs/small/train/manifest.json").at("options").find("model.hidden_size") == nullptr);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a pruner ends trials that lag behind") {
  workflow(search + "[stages.optimize.pruner]\ntype = \"MedianPruner\"\nn_startup_trials = 2\n");
  REQUIRE(run({"--until", "optimize", "--set", "stages.optimize.n_trials=10", "--set", "stages.optimize.trainer.max_epochs=3"}).status ==
          0);
  const Value::List pruned = trials_in_state(json("runs/small/optimize/study.json"), "pruned");
  REQUIRE(!pruned.empty());
  CHECK(pruned.front().at("reports").as_map().size() < 3);
}

TEST_CASE_FIXTURE(WorkflowFixture, "known points are tried first, once") {
  workflow(search);
  const std::vector<std::string> arguments{"--until", "optimize", "--set", "stages.optimize.enqueue=[{ hidden_size = 6 }]"};
  REQUIRE(run(arguments).status == 0);
  CHECK(json("runs/small/optimize/study.json").at("trials").as_list().front().at("parameters").at("hidden_size") == Value(6));
  std::vector<std::string> more = arguments;
  more.insert(more.end(), {"--set", "stages.optimize.n_trials=5"});
  REQUIRE(run(more).status == 0);
  CHECK(json("runs/small/optimize/study.json").at("trials").as_list().size() == 5);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a grid ends when it is searched through") {
  workflow(search + "[stages.optimize.sampler]\ntype = \"GridSampler\"\n");
  REQUIRE(
      run({"--until", "optimize", "--set", "stages.optimize.search={\"model.hidden_size\" = { low = 2, high = 6, step = 2 }}"}).status ==
      0);
  CHECK(json("runs/small/optimize/study.json").at("trials").as_list().size() == 3);
}

TEST_CASE_FIXTURE(WorkflowFixture, "the points of a grid are the decimal numbers that one writes, and none is above the range") {
  workflow(search + "[stages.optimize.sampler]\ntype = \"GridSampler\"\n");
  REQUIRE(run({"--until", "optimize", "--set", "stages.optimize.trainer.max_epochs=1", "--set", "stages.optimize.n_trials=7", "--set",
               "stages.optimize.search={\"model.dropout\" = { low = 0.1, high = 0.7, step = 0.1 }}", "--set", "model.num_layers=2"})
              .status == 0);
  const Value study = json("runs/small/optimize/study.json");
  std::set<double> tried;
  for (const Value& trial : study.at("trials").as_list()) tried.insert(trial.at("parameters").at("model.dropout").as_double());
  CHECK(tried == std::set<double>{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
}

TEST_CASE_FIXTURE(WorkflowFixture, "a study in memory is one process's") {
  workflow(search);
  const std::vector<std::string> memory{"--until", "optimize", "--set", "stages.optimize.storage=memory"};
  REQUIRE(run(memory).status == 0);
  CHECK(outcomes(json("runs/small/optimize/study.json")).size() == 4);
  std::vector<std::string> shared = memory;
  shared.insert(shared.end(), {"--set", "stages.optimize.workers=2", "--force"});
  const Finished refused = run(shared);
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "storage = \"memory\" is one process's: write workers = \"auto\" or 1 with it, not 2"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a storage that cannot be reached is named without its password") {
  workflow(search);
  const Finished ran = run({"--until", "optimize", "--set", "stages.optimize.storage=postgresql://me:hush@127.0.0.1:1/none", "--set",
                            "stages.optimize.n_trials=1"});
  CHECK(ran.status == 1);
  CHECK(contains(ran.err, "postgresql://me:***@127.0.0.1:1/none"));
  CHECK_FALSE(contains(ran.err, "hush"));
  CHECK_FALSE(contains(read("runs/small/run.log"), "hush"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "curves, checkpoints and time limit are as asked, and the direction follows the monitor") {
  workflow(search + "[[loggers]]\ntype = \"CSVLogger\"\n");
  std::vector<std::string> words{"--until", "optimize",
                                 "--set",   "stages.optimize.log_trials=true",
                                 "--set",   "stages.optimize.save_top_k=-1",
                                 "--set",   "stages.optimize.monitor=val_r2",
                                 "--set",   "stages.optimize.objective=best",
                                 "--set",   "stages.optimize.trainer.max_epochs=3"};
  const Finished ran = run(words);
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value study = json("runs/small/optimize/study.json");
  CHECK(study.at("direction") == Value("maximize"));
  for (const Value& trial : study.at("trials").as_list()) {
    const std::string number = std::to_string(trial.at("number").as_int());
    CHECK(exists("runs/small/optimize/checkpoints/small/trial-" + number + ".ckpt"));
    CHECK(contains(read("lightning_logs/small/trial_" + number + "/metrics.csv"), "val_loss"));
    for (const auto& [epoch, value] : trial.at("reports").as_map()) CHECK(value.as_double() <= trial.at("value").as_double());
    CHECK(trial.at("value").as_double() <= study.at("best").at("value").as_double());
  }
  // It continues the study: even if no trial begins within the second on a busy machine, there are results.
  words.insert(words.end(), {"--set", "stages.optimize.n_trials=100000", "--set", "stages.optimize.timeout=1"});
  const Finished late = run(words);
  REQUIRE_MESSAGE(late.status == 0, late.err);
  CHECK(outcomes(json("runs/small/optimize/study.json")).size() < 100000);
}
