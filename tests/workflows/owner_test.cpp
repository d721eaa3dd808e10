// An error in a component names the component, its library, the function and the stage.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "workflows/workflow_fixture.h"

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;  // the sanitizer reports a crash
#else
constexpr bool sanitized = false;
#endif

/// A small training whose tables a test replaces by ones with a component of the plugin `faulty`.
class FaultyWorkflow : public WorkflowFixture {
 public:
  /// `tables`: table name -> options of the faulty component in it.
  [[nodiscard]] Finished train(const std::map<std::string, std::string>& tables, std::vector<std::string> more = {}) const {
    const std::map<std::string, std::string> types{
        {"model", "FaultyModel"},   {"loss", "FaultyLoss"},         {"optimizer", "FaultyOptimizer"}, {"scheduler", "FaultyScheduler"},
        {"logger", "FaultyLogger"}, {"callback", "FaultyCallback"}, {"sampler", "FaultySampler"},     {"pruner", "FaultyPruner"}};
    std::map<std::string, std::string> all{{"model", "[model]\ntype = \"LinearModel\"\n"},
                                           {"optimizer", "[optimizer]\ntype = \"SGD\"\nlr = 0.001\n"}};
    for (const auto& [name, options] : tables) {
      const bool listed = name == "logger" || name == "callback", searches = name == "sampler" || name == "pruner";
      const std::string head = listed ? "[[" + name + "s]]" : searches ? "[stages.optimize." + name + "]" : "[" + name + "]";
      all[name] = head + "\ntype = \"" + types.at(name) + "\"\n" + options + "\n";
    }
    std::string text = "[trainer]\nmax_epochs = 1\nlog_every_n_steps = 1\n[stages.train]\n[stages.evaluate]\n";
    if (std::ranges::find(more, "optimize") != more.end()) text += optimize_;
    for (const auto& [name, table] : all) text += table;
    workflow(text);
    more.insert(more.begin(), {"--plugin-path", BUILD_DIR "/tests/plugins/faulty"});
    return run(more);
  }
  void search(const std::string& options) {
    optimize_ =
        "[stages.optimize]\nn_trials = 2\n" + options + "\n[stages.optimize.search]\n\"loader.batch_size\" = { choices = [16, 32, 64] }\n";
  }

 private:
  std::string optimize_;
};

std::string error_in(const std::string& stage, const std::string& sentence) { return "error: stage \"" + stage + "\": " + sentence + "\n"; }

}  // namespace

TEST_CASE_FIXTURE(FaultyWorkflow, "what a component throws while it trains is told with its name, library, function and stage") {
  const std::string lib = " (libfaulty.so) failed in ", words = ": the sensor is upside down";
  const std::map<std::string, std::string> sentences{
      {"model", "model \"FaultyModel\"" + lib + "forward" + words},
      {"loss", "loss \"FaultyLoss\"" + lib + "mean" + words},
      {"callback", "callback \"FaultyCallback\"" + lib + "on_train_batch_end" + words},
      {"logger", "logger \"FaultyLogger\"" + lib + "log_scalars" + words},
      {"optimizer", "optimizer \"FaultyOptimizer\"" + lib + "step" + words},
      {"scheduler", "scheduler \"FaultyScheduler\"" + lib + "step" + words},
  };
  for (const auto& [table, sentence] : sentences) {
    std::string options = "fault = \"exception\"";
    if (table == "model") options += "\nin = \"forward\"";
    if (table == "callback") options += "\nin = \"on_train_batch_end\"";
    const Finished ran = train({{table, options}});
    CHECK(ran.status == 1);
    CHECK_MESSAGE(contains(ran.err, error_in("train", sentence)), ran.err);
  }
}

TEST_CASE_FIXTURE(FaultyWorkflow, "a number that a component throws is told with its name, and what else to throw") {
  const Finished ran = train({{"model", "fault = \"number\"\nin = \"forward\""}});
  CHECK(ran.status == 1);
  CHECK_MESSAGE(
      contains(ran.err, error_in("train",
                                 "model \"FaultyModel\" (libfaulty.so) failed in forward: an object that is no std::exception was "
                                 "thrown: let the plugin throw a pipeline::Error, which says what is wrong")),
      ran.err);
}

TEST_CASE_FIXTURE(FaultyWorkflow, "shapes that do not fit are LibTorch's sentence with the model's name and no call stack") {
  for (const auto& [function, place] : {std::pair{"forward", "forward"}, {"backward", "the backward pass (its own or the loss's)"}}) {
    const Finished ran = train({{"model", std::string("fault = \"shapes\"\nin = \"") + function + "\""}});
    CHECK(ran.status == 1);
    CHECK_MESSAGE(contains(ran.err, error_in("train", std::string("model \"FaultyModel\" (libfaulty.so) failed in ") + place +
                                                          ": LibTorch: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)")),
                  ran.err);
  }
}

TEST_CASE_FIXTURE(FaultyWorkflow, "an Error of a component keeps its words and its exit status") {
  const Finished ran = train({{"callback", "fault = \"error\"\nin = \"setup\""}});
  CHECK(ran.status == 5);
  CHECK_MESSAGE(contains(ran.err, error_in("train", "the sensor is upside down: turn it")), ran.err);
}

TEST_CASE_FIXTURE(FaultyWorkflow, "a callback's exception after a failure is a warning that names it") {
  const Finished ran = train({{"model", "fault = \"error\"\nin = \"forward\""}, {"callback", "in = \"on_exception\""}});
  CHECK(ran.status == 5);
  CHECK_MESSAGE(contains(ran.err,
                         "warning: after the training failed: callback \"FaultyCallback\" (libfaulty.so) failed in on_exception: the "
                         "sensor is upside down\n"),
                ran.err);
}

TEST_CASE_FIXTURE(FaultyWorkflow, "an exception before the training begins names the callback too") {
  const Finished ran = train({{"callback", "in = \"state_dict\""}});
  CHECK(ran.status == 1);
  CHECK_MESSAGE(contains(ran.err, error_in("train",
                                           "callback \"FaultyCallback\" (libfaulty.so) failed in state_dict: the sensor is upside "
                                           "down")),
                ran.err);
}

TEST_CASE_FIXTURE(FaultyWorkflow, "an exception while a model is evaluated names the logger") {
  const Finished ran = train({{"logger", "in = \"log_final_metrics\""}});
  CHECK(ran.status == 1);
  CHECK_MESSAGE(
      contains(ran.err,
               error_in("evaluate", "logger \"FaultyLogger\" (libfaulty.so) failed in log_final_metrics: the sensor is upside down")),
      ran.err);
}

TEST_CASE_FIXTURE(FaultyWorkflow, "an exception of a stage is reported with its library") {
  write("workflow.toml", "name = \"small\"\n[stages.mine]\ntype = \"faulty\"\n");
  const Finished ran = run({"--plugin-path", BUILD_DIR "/tests/plugins/faulty"});
  CHECK(ran.status == 1);
  CHECK_MESSAGE(contains(ran.err, error_in("mine", "libfaulty.so failed in run: the sensor is upside down")), ran.err);
}

TEST_CASE_FIXTURE(FaultyWorkflow, "exceptions of samplers and pruners name them") {
  search("");
  const Finished sampled = train({{"sampler", ""}}, {"--until", "optimize"});
  CHECK(sampled.status == 1);
  CHECK_MESSAGE(contains(sampled.err, error_in("optimize",
                                               "sampler \"FaultySampler\" (libfaulty.so) failed in sample: the sensor is upside "
                                               "down")),
                sampled.err);
  const Finished pruned = train({{"pruner", ""}}, {"--until", "optimize"});
  CHECK(pruned.status == 5);
  CHECK_MESSAGE(contains(pruned.err, error_in("optimize",
                                              "10 trials failed one after the other, the last one because: pruner \"FaultyPruner\" "
                                              "(libfaulty.so) failed in prune: the sensor is upside down")),
                pruned.err);
}

TEST_CASE_FIXTURE(FaultyWorkflow,
                  "a crash ends with one sentence that names signal, component, library, function and stage" * doctest::skip(sanitized)) {
  struct Crash {
    const char *table, *fault, *in, *sentence;
    int signal;
  };
  const Crash crashes[] = {
      {"model", "null", "forward", "(SIGSEGV) while model \"FaultyModel\" (libfaulty.so) ran forward", SIGSEGV},
      {"model", "null", "constructor", "(SIGSEGV) while model \"FaultyModel\" (libfaulty.so) ran its constructor", SIGSEGV},
      {"model", "stack", "forward", "(SIGSEGV) while model \"FaultyModel\" (libfaulty.so) ran forward", SIGSEGV},
      {"loss", "zero", "elementwise", "(SIGFPE) while loss \"FaultyLoss\" (libfaulty.so) ran mean", SIGFPE},
      {"callback", "null", "on_train_batch_end", "(SIGSEGV) while callback \"FaultyCallback\" (libfaulty.so) ran on_train_batch_end",
       SIGSEGV},
      {"logger", "trap", "log_scalars", "(SIGILL) while logger \"FaultyLogger\" (libfaulty.so) ran log_scalars", SIGILL},
      {"callback", "thread", "setup", "(SIGABRT) in another thread while callback \"FaultyCallback\" (libfaulty.so) ran setup", SIGABRT},
  };
  for (const Crash& crash : crashes) {
    const Finished ran = train({{crash.table, std::string("fault = \"") + crash.fault + "\"\nin = \"" + crash.in + "\""}});
    CHECK(ran.status == 128 + crash.signal);
    const std::string sentence = std::string("error: the program crashed ") + crash.sentence +
                                 " in stage \"train\": run the same command under a debugger to see where, or leave the component out\n";
    CHECK_MESSAGE(ran.err.ends_with("\n" + sentence), ran.err);
    CHECK(ran.err.find("error: ") == ran.err.rfind("error: "));
  }
}

TEST_CASE_FIXTURE(FaultyWorkflow, "a crash of a stage names the stage as the workflow does" * doctest::skip(sanitized)) {
  write("workflow.toml", "name = \"small\"\n[stages.mine]\ntype = \"faulty\"\nfault = \"null\"\n");
  const Finished ran = run({"--plugin-path", BUILD_DIR "/tests/plugins/faulty"});
  CHECK(ran.status == 128 + SIGSEGV);
  CHECK_MESSAGE(contains(ran.err,
                         "error: the program crashed (SIGSEGV) while stage \"mine\" (libfaulty.so) ran: run the same command under a "
                         "debugger to see where, or leave the component out\n"),
                ran.err);
}

TEST_CASE_FIXTURE(FaultyWorkflow, "the search reports the crash of its worker" * doctest::skip(sanitized)) {
  search("workers = 2");
  const Finished ran = train({{"model", "fault = \"null\"\nin = \"forward\""}}, {"--until", "optimize"});
  CHECK(ran.status == 1);
  CHECK_MESSAGE(
      contains(ran.err, error_in("optimize",
                                 "a worker crashed (SIGSEGV) while model \"FaultyModel\" (libfaulty.so) ran forward: run the same "
                                 "command under a debugger to see where, or leave the component out; no other one takes its place, after "
                                 "10 in a row of which none ended a trial")),
      ran.err);
}
