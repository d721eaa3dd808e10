#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <soci/soci.h>

#include "pipeline/errors.h"
#include "pipeline/search/study.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

/// The same checks hold for a study in memory and for one in a file.
void check_study(Study& study) {
  study.enqueue({{"lr", 0.25}, {"size", 64}});
  std::optional<Trial> first = study.begin(2), second = study.begin(2);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->fixed.at("lr") == Value(0.25));
  CHECK(second->number == 1);
  CHECK_FALSE(study.begin(2));  // both count while they run

  first->parameters = {{"lr", 0.25}};
  first->distributions = {{"lr", Distribution::real(0, 1)}};
  first->system_state["completed_rung_0"] = 0.5;
  study.save_parameters(*first);
  first->reports[0] = INFINITY;
  study.report(*first, 0, INFINITY);
  first->reports[1] = 0.1;
  study.report(*first, 1, 0.1);
  first->state = TrialState::complete;
  first->value = 0.1;
  CHECK(study.finish(*first, ""));
  second->state = TrialState::fail;
  CHECK(study.finish(*second, "diverged"));
  CHECK(study.begin(2));  // the failed one is no part of the budget

  const StudyState& state = study.refresh();
  REQUIRE(state.trials.size() == 3);
  const Trial& read = state.trials.front();
  CHECK(read.state == TrialState::complete);
  CHECK(read.value == 0.1);
  CHECK(read.parameters == first->parameters);
  CHECK(read.distributions == first->distributions);
  CHECK(read.reports == first->reports);
  CHECK(read.system_state.at("completed_rung_0") == Value(0.5));
  CHECK(state.trials[2].state == TrialState::running);
  CHECK(best_trial(state)->number == 0);
}

/// Makes the running trials look like those of another machine, which only heartbeats show to be alive.
void move_elsewhere(const TempFolder& folder) {
  soci::session sql("sqlite3", "dbname=" + (folder.path() / "study.db").string());
  sql << "UPDATE trial_user_attributes SET value_json = '\"another-boot 1 2 3\"' WHERE \"key\" = 'worker'";
}

std::string storage_in(const TempFolder& folder) { return "sqlite:///" + (folder.path() / "study.db").string(); }

}  // namespace

TEST_CASE("a study in memory") { check_study(*open_study({.storage = "memory", .name = "s"})); }

TEST_CASE("a study in a file") {
  const TempFolder folder;
  check_study(*open_study({.storage = storage_in(folder), .name = "s"}));
}

TEST_CASE("two users of one file share trials and numbers") {
  const TempFolder folder;
  const auto one = open_study({.storage = storage_in(folder), .name = "s"}), two = open_study({.storage = storage_in(folder), .name = "s"});
  const auto a = one->begin(10), b = two->begin(10);
  CHECK(a->number == 0);
  CHECK(b->number == 1);
  CHECK(one->refresh().trials.size() == 2);
}

TEST_CASE("a trial whose worker is gone fails and is tried again; its late result is dropped") {
  const TempFolder folder;
  const auto study = open_study({.storage = storage_in(folder), .name = "s"});
  std::optional<Trial> lost = study->begin(5);
  lost->parameters = {{"k", 1}};
  lost->distributions = {{"k", Distribution::categorical({"a", "b"})}};
  study->save_parameters(*lost);
  constexpr std::chrono::seconds ten_seconds_ago(-10);
  CHECK(study->retry_stale(std::chrono::seconds(60)).empty());
  CHECK(study->retry_stale(ten_seconds_ago).empty());  // this process lives: it may only be busy
  move_elsewhere(folder);
  CHECK(study->retry_stale(ten_seconds_ago) == std::vector<LostTrial>{{0, true}});
  lost->state = TrialState::complete;
  lost->value = 1;
  CHECK_FALSE(study->finish(*lost, ""));
  const std::optional<Trial> again = study->begin(5);
  CHECK(again->number == 1);
  CHECK(again->fixed.at("k") == Value("b"));
  CHECK(study->refresh().trials.at(0).state == TrialState::fail);
}

TEST_CASE("a repetition begins before the other trials in the queue") {
  const TempFolder folder;
  const auto study = open_study({.storage = storage_in(folder), .name = "s"});
  for (const double lr : {0.1, 0.2, 0.3}) study->enqueue({{"lr", lr}});
  study->release(*study->begin(9));
  CHECK(study->begin(9)->fixed.at("lr") == Value(0.1));
  CHECK(study->begin(9)->fixed.at("lr") == Value(0.2));
}

TEST_CASE("a trial begins only if the study as it is then allows it") {
  const TempFolder folder;
  const auto one = open_study({.storage = storage_in(folder), .name = "s"}), two = open_study({.storage = storage_in(folder), .name = "s"});
  const auto memory = open_study({.storage = "memory", .name = "s"});
  const auto is_empty = [](const StudyState& study) { return study.trials.empty(); };
  CHECK(one->begin(9, is_empty));
  CHECK_FALSE(two->begin(9, is_empty));  // without a refresh() in between
  CHECK(two->refresh().trials.size() == 1);
  CHECK(memory->begin(9, is_empty));
  CHECK_FALSE(memory->begin(9, is_empty));
}

TEST_CASE("a trial that crashes its processes is given up after three repetitions; interruptions do not count") {
  const TempFolder folder;
  const auto study = open_study({.storage = storage_in(folder), .name = "s"});
  const auto begin = [&] {
    std::optional<Trial> trial = study->begin(1);
    trial->parameters = {{"k", 0}};
    trial->distributions = {{"k", Distribution::categorical({"a", "b"})}};
    trial->system_state["grid_id"] = 7;
    study->save_parameters(*trial);
    return *trial;
  };
  for (int i = 0; i < 5; ++i) study->release(begin());
  CHECK(study->refresh().trials.back().system_state.at("grid_id") == Value(7));
  for (int i = 0; i < 4; ++i) {
    const Trial lost = begin();
    move_elsewhere(folder);
    CHECK(study->retry_stale(std::chrono::seconds(-10)) == std::vector<LostTrial>{{lost.number, i < 3}});
  }
  CHECK(study->begin(1)->fixed.empty());
}

TEST_CASE("a point is put in the queue once") {
  const TempFolder folder;
  for (const std::string& storage : {std::string("memory"), storage_in(folder)}) {
    const auto study = open_study({.storage = storage, .name = "s"});
    study->enqueue({{"lr", 0.25}});
    study->enqueue({{"lr", 0.25}});
    CHECK(study->begin(9)->fixed.contains("lr"));
    study->enqueue({{"lr", 0.25}});
    study->enqueue({{"lr", 0.5}});
    CHECK(study->begin(9)->fixed.at("lr") == Value(0.5));
    CHECK(study->begin(9)->fixed.empty());
  }
}

TEST_CASE("reading a study creates nothing") {
  const TempFolder folder;
  const StudyRequest look{.storage = storage_in(folder), .name = "", .minimize = true, .create = false};
  CHECK_THROWS_WITH_AS((void)open_study(look), doctest::Contains("no such file"), Error);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "study.db"));
  (void)open_study({.storage = storage_in(folder), .name = "up", .minimize = false})->begin(1);
  const auto only = open_study(look);
  CHECK(only->refresh().name == "up");
  CHECK_FALSE(only->refresh().minimize);
  (void)open_study({.storage = storage_in(folder), .name = "other"});
  CHECK_THROWS_WITH_AS((void)open_study(look),
                       doctest::Contains("the storage holds several studies: name one with --study-name; it has up, other"), Error);
}

TEST_CASE("a study keeps the direction that it was created with") {
  const TempFolder folder;
  (void)open_study({.storage = storage_in(folder), .name = "s", .minimize = false});
  CHECK_FALSE(open_study({.storage = storage_in(folder), .name = "s", .minimize = true})->refresh().minimize);
}

TEST_CASE("a study that cannot be opened says why") {
  const TempFolder folder;
  const auto study = open_study({.storage = storage_in(folder), .name = "s"});
  CHECK_THROWS_WITH_AS((void)open_study({.storage = storage_in(folder), .name = "t", .create = false}), doctest::Contains("it has s"),
                       Error);
  CHECK_THROWS_WITH_AS((void)open_study({.storage = "sqlite:////no/such/folder/x.db", .name = "s"}), doctest::Contains("/no/such/folder"),
                       Error);
}
