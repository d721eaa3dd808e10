#include <doctest/doctest.h>

#include "pipeline/data/files.h"
#include "pipeline/train/metric.h"
#include "run/stage_key.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

struct ReadOptions {
  std::string source;
  double scale = 1;
  std::int64_t workers = 0;
  std::string password;
  std::string monitor;

  static constexpr auto options() {
    return option_list<ReadOptions>(option("source", &ReadOptions::source, "File.").role(OptionRole::input_path),
                                    option("scale", &ReadOptions::scale, "Scale."),
                                    option("workers", &ReadOptions::workers, "Threads.").no_effect_on_result(),
                                    option("password", &ReadOptions::password, "Password.").secret(),
                                    option("monitor", &ReadOptions::monitor, "Metric.").role(OptionRole::metric));
  }
};

struct Read final : Stage {
  using Options = ReadOptions;
  explicit Read(Options) {}
  void run(StageContext&) override {}
};

struct KeyFixture {
  KeyFixture() {
    Registrar registrar;
    registrar.add<Stage, Read>("read", "Reads.").without_randomness();
    registrar.add<Stage, Read>("draw", "Draws at random.");
    registrar.add<Stage, Read>("measure", "Measures.").without_randomness().uses_metrics().uses_season_length();
    registry.commit(std::move(registrar.entries()));
    write_text(folder.path() / "data.csv", "a\n1\n");
    stage.name = stage.type = "read";
    stage.options =
        Value(Value::Map{{"source", (folder.path() / "data.csv").string()}, {"scale", 1.0}, {"workers", 0}, {"password", "secret"}});
  }
  /// Acts as a plugin with a metric does.
  void add_metric(const std::string& name) {
    Registrar registrar;
    registrar.add_with<Metric, NoOptions>(name, "A metric.", [](const Value&) { return nullptr; });
    registry.commit(std::move(registrar.entries()));
  }
  [[nodiscard]] StageKey key() const { return make_stage_key(stage, settings, registry, inputs, Value{}); }

  TempFolder folder;
  Registry registry;
  StagePlan stage;
  RunSettings settings;
  std::map<std::string, std::string> inputs{{"before", "hash"}};
};

}  // namespace

TEST_CASE_FIXTURE(KeyFixture, "the same stage has the same key, and a changed option is named") {
  const StageKey before = key();
  CHECK(key().hash() == before.hash());
  stage.options["scale"] = 2.0;
  CHECK(key().hash() != before.hash());
  CHECK(key_changes(before.fields, key().fields) == std::vector<std::string>{"scale changed from 1.0 to 2.0"});
}

TEST_CASE_FIXTURE(KeyFixture, "what cannot change the result is no part of the key, nor is a secret") {
  const StageKey before = key();
  stage.options["workers"] = 8;
  stage.options["password"] = "other";
  settings.seed = 1;
  CHECK(key().hash() == before.hash());
  stage.type = "draw";
  const StageKey drawn = key();
  settings.seed = 2;
  CHECK(key_changes(drawn.fields, key().fields) == std::vector<std::string>{"seed changed from 1 to 2"});
}

TEST_CASE_FIXTURE(KeyFixture, "an input file counts by its content, not by its time") {
  const StageKey before = key();
  std::filesystem::last_write_time(folder.path() / "data.csv", std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK(key().hash() == before.hash());
  write_text(folder.path() / "data.csv", "a\n2\n");
  CHECK(key_changes(before.fields, key().fields) == std::vector<std::string>{"the file of source changed"});
}

TEST_CASE_FIXTURE(KeyFixture, "other data from an earlier stage is named") {
  const StageKey before = key();
  inputs["before"] = "other";
  CHECK(key_changes(before.fields, key().fields) == std::vector<std::string>{"before gives something else"});
}

TEST_CASE_FIXTURE(KeyFixture, "secrets are blotted out of what is kept") {
  const Value shown = without_secrets(stage.options, registry.find("stage", "read")->schema);
  CHECK(shown.at("password") == Value("***"));
  CHECK(shown.at("scale") == Value(1.0));
}

TEST_CASE_FIXTURE(KeyFixture, "another build of the program is another key") {
  const StageKey before = key();
  CHECK(before.fields.at("build.pipeline").size() == 64);
  std::map<std::string, std::string> other = before.fields;
  other["build.pipeline"] = "other";
  CHECK(key_changes(other, before.fields) == std::vector<std::string>{"pipeline itself changed (another build)"});
}

namespace {

struct LoudOptions {
  bool verbose = true;
  static constexpr auto options() {
    return option_list<LoudOptions>(option("verbose", &LoudOptions::verbose, "Say it.").no_effect_on_result());
  }
};

}  // namespace

TEST_CASE_FIXTURE(KeyFixture, "a callback is part of the key unless it says that it only watches, whatever its options say") {
  Registrar registrar;
  registrar.add_table<LoudOptions>("Loud", "For tests.");
  registrar.add_table<LoudOptions>("Watcher", "For tests.").only_watches();
  for (Registry::Entry& entry : registrar.entries()) entry.info.kind = "callback";
  registry.commit(std::move(registrar.entries()));
  const StageKey before = key();
  const Value loud = Value::Map{{"verbose", true}};
  stage.tables.many("callbacks") = {{"Watcher", loud}};
  CHECK(key().hash() == before.hash());
  stage.tables.many("callbacks") = {{"Watcher", loud}, {"Loud", loud}};
  CHECK(key().fields.at("callbacks.0.Loud.type") == "Loud");  // counted among those that matter
  stage.tables.many("loggers") = {{"Elsewhere", {}}};
  CHECK(key().fields.contains("build.Elsewhere") == false);
}

TEST_CASE_FIXTURE(KeyFixture, "metrics count where a stage gives them all, or follows one that is no loss") {
  const auto changes = [&](const std::string& type, const std::string& monitor, const std::string& added) {
    stage.type = type;
    stage.options["monitor"] = monitor;
    const StageKey before = key();
    add_metric(added);
    return key_changes(before.fields, key().fields);
  };
  CHECK(changes("read", "", "first").empty());
  CHECK(changes("read", "val_loss", "second").empty());
  CHECK(changes("read", "step", "third").empty());
  CHECK(changes("read", "val_third", "fourth") == std::vector<std::string>{"the metric fourth is new"});
  CHECK(changes("measure", "", "fifth") == std::vector<std::string>{"the metric fifth is new"});
  StageKey with = key();
  with.fields["metric.first"] = "one build";
  StageKey changed = with;
  changed.fields["metric.first"] = "another build";
  CHECK(key_changes(with.fields, changed.fields) == std::vector<std::string>{"the library of the metric first changed"});
  changed.fields.erase("metric.first");
  CHECK(key_changes(with.fields, changed.fields) == std::vector<std::string>{"the metric first is gone"});
}

TEST_CASE_FIXTURE(KeyFixture, "the season counts where a stage says that it uses it") {
  const auto changes = [&](const std::string& type) {
    stage.type = type;
    settings.season_length = "infer";
    const StageKey before = key();
    settings.season_length = 12;
    return key_changes(before.fields, key().fields);
  };
  CHECK(changes("read").empty());
  CHECK(changes("measure") == std::vector<std::string>{"season_length changed from \"infer\" to 12"});
}
