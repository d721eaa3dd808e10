#include "verdict.h"

#include <doctest/doctest.h>

using namespace pipeline;
using namespace pipeline::stage::visualize;

namespace {

Evaluation evaluation(const char* stage, const char* model, double mae, double rmse) {
  SplitErrors errors;
  errors.scaled = {{"mse", mae * mae}};
  errors.naive_scaled = {{"mse", 4.0}};
  errors.original["OT"] = {{"mae", mae}, {"rmse", rmse}};
  errors.naive_original["OT"] = {{"mae", 1.0}, {"rmse", 2.0}};
  Evaluation out;
  out.stage = stage, out.model = model;
  out.splits["test"] = errors;
  return out;
}

}  // namespace

TEST_CASE("a model that is better than the last value is said to be, in original units") {
  const Verdict verdict = judge({evaluation("train", "LSTMModel", 0.88, 1.5)});
  CHECK(verdict.standing == Standing::better);
  CHECK(verdict.headline ==
        "LSTMModel beats repeating the last value: its mean error on OT is 0.8800 on the test split against 1.000, 12 % better.");
  CHECK(verdict.notes.empty());
}

TEST_CASE("the headline says plainly that a model is worse, or that it repeats the last value") {
  const Verdict worse = judge({evaluation("train", "LSTMModel", 1.05, 2.1)});
  CHECK(worse.standing == Standing::worse);
  CHECK(worse.headline ==
        "LSTMModel does not beat repeating the last value: its mean error on OT is 1.050 on the test split against 1.000, 5.0 % worse.");
  const Verdict same = judge({evaluation("train", "NaiveModel", 1.0, 2.0)});
  CHECK(same.standing == Standing::even);
  CHECK(same.headline.starts_with("NaiveModel is no better than repeating the last value"));
}

TEST_CASE("where absolute and squared error disagree the headline says both") {
  const Verdict verdict = judge({evaluation("train", "LSTMModel", 0.9, 2.2)});
  CHECK(verdict.standing == Standing::even);
  CHECK(verdict.headline.find("10 % better") != std::string::npos);
  CHECK(verdict.headline.find("By root mean squared error, which weighs large misses more, it is 10 % worse: 2.200 against 2.000.") !=
        std::string::npos);
}

TEST_CASE("with several models the leading one is judged, though another has a lower test error; the others follow with their stages") {
  std::vector<Evaluation> models{evaluation("train_a", "A", 1.2, 2.5), evaluation("train_b", "B", 0.5, 1.0)};
  CHECK(judge(models).headline.starts_with("Lowest error of 2 models: train_b (B) beats"));
  models[0].leads = true;
  const Verdict verdict = judge(models);
  CHECK(verdict.headline.starts_with("Chosen of 2 models before testing: train_a (A) does not beat repeating the last value"));
  CHECK(verdict.standing == Standing::worse);
  REQUIRE(verdict.notes.size() == 1);
  CHECK(verdict.notes[0].starts_with("train_b (B) beats repeating the last value"));
}

TEST_CASE("trained models and baselines are chosen among each other") {
  std::vector<Evaluation> models{evaluation("train", "A", 0.9, 1.8), evaluation("baselines/Theta", "Theta", 0.5, 1.0)};
  models[1].trained = false;
  models[0].leads = true;
  const Verdict verdict = judge(models);
  CHECK(verdict.headline.starts_with("Chosen of 2 models before testing: train (A) beats repeating the last value"));
  REQUIRE(verdict.notes.size() == 1);
  CHECK(verdict.notes[0].starts_with("baselines/Theta beats repeating the last value"));
}

TEST_CASE("a trained stage may have a slash in its name") {
  std::vector<Evaluation> models{evaluation("a/b", "A", 0.9, 1.8), evaluation("c", "B", 0.5, 1.0)};
  CHECK(label_of(models[0], true) == "a/b (A)");
}

TEST_CASE("the better of the last value and the last season is the one to beat") {
  Evaluation model = evaluation("train", "LSTMModel", 0.9, 1.8);
  model.splits.at("test").seasonal_original["OT"] = {{"mae", 0.8}, {"rmse", 1.6}};
  CHECK(
      judge({model}).headline ==
      "LSTMModel does not beat repeating the last season, the better of the last value and the last season: its mean error on OT is 0.9000 "
      "on the test split against 0.8000, 12 % worse.");
  model.splits.at("test").seasonal_original["OT"] = {{"mae", 1.8}, {"rmse", 2.6}};
  CHECK(
      judge({model}).headline.starts_with("LSTMModel beats repeating the last value, the better of the last value and the last season: "));
}

TEST_CASE("several targets are compared by their scaled errors, and a model that lacks those of the scaled series too") {
  Evaluation two = evaluation("baselines/Theta", "Theta", 0.5, 1.0);
  SplitErrors& errors = two.splits.at("test");
  errors.scaled.clear();  // a logarithm takes no forecast of 0
  errors.original["LULL"] = {{"mae", 3.0}};
  errors.naive_original["LULL"] = {{"mae", 2.0}};
  errors.original_all = {{"mase", 0.8}};
  errors.naive_original_all = {{"mase", 1.0}};
  CHECK(judge({two}).headline.ends_with("over all of them its mean absolute scaled error (MASE) is 0.8000 against 1.000, 20 % better."));
}

TEST_CASE("with several targets each is named in its own units, and all together decide on the scaled series") {
  Evaluation two = evaluation("train", "LSTMModel", 0.5, 1.0);
  SplitErrors& errors = two.splits.at("test");
  errors.original["LULL"] = {{"mae", 3.0}};
  errors.naive_original["LULL"] = {{"mae", 2.0}};
  CHECK(judge({two}).headline ==
        "LSTMModel beats repeating the last value: its mean error is 3.000 against 2.000 on LULL, 0.5000 against 1.000 on OT on the test "
        "split; over all of them, on the scaled series, its mean squared error is 0.2500 against 4.000, 94 % better.");
  for (const char* more : {"HUFL", "HULL"}) errors.original[more] = errors.naive_original[more] = {{"mae", 1.0}};
  CHECK(judge({two}).headline.find("its mean error is below the last value's on 1 of 4 targets on the test split;") != std::string::npos);
}

TEST_CASE("without metrics, or without a last value, the verdict claims nothing") {
  CHECK(judge({}).headline.starts_with("No metrics were found"));
  Evaluation alone = evaluation("train", "LSTMModel", 0.5, 1.0);
  alone.splits.at("test").naive_original.clear();
  const Verdict verdict = judge({alone});
  CHECK(verdict.standing == Standing::unknown);
  CHECK(verdict.headline.find("there is no last value to compare with") != std::string::npos);
}
