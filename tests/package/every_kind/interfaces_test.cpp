// Interfaces that no stage of this version uses yet, each with a class that an outside author might write. They must compile and work.
#include <chrono>
#include <map>
#include <numeric>

#include <torch/optim/sgd.h>

// After LibTorch, which has a macro CHECK of its own.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "pipeline/data/feature.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/train/collective.h"
#include "pipeline/train/train_step.h"

using namespace pipeline;

namespace {

/// Words as codes by first appearance; hours since 1970 as a second column.
class Codes final : public Feature {
 public:
  std::vector<std::string> reads() const override { return {"shop"}; }
  std::vector<FeatureColumn> columns() const override {
    return {{.name = "shop", .role = ColumnRole::fixed, .codes = static_cast<std::int64_t>(codes_.size()) + 1}, {.name = "hour"}};
  }
  void fit(const FeatureRows& training) override {
    for (const std::string& word : training.words.front()) codes_.emplace(word, static_cast<std::int64_t>(codes_.size()) + 1);
  }
  void apply(const FeatureRows& rows, std::span<double> out) const override {
    for (std::size_t row = 0; row < rows.time.size(); ++row) {
      const auto code = codes_.find(rows.words.front()[row]);
      out[2 * row] = code == codes_.end() ? 0 : static_cast<double>(code->second);
      out[2 * row + 1] = static_cast<double>(rows.local_time[row] / 3'600'000'000'000);
    }
  }
  Value state() const override {
    Value::Map all;
    for (const auto& [word, code] : codes_) all[word] = code;
    return all;
  }
  void load_state(const Value& state) override {
    for (const auto& [word, code] : state.as_map()) codes_[word] = code.as_int();
  }

 private:
  std::map<std::string, std::int64_t> codes_;
};

/// Repeats the last season.
class LastSeason final : public LocalForecaster {
 public:
  void fit(std::span<const double> y, std::int64_t season) override {
    season_ = season;
    last_.clear();
    update(y);
  }
  void update(std::span<const double> y) override {
    last_.insert(last_.end(), y.begin(), y.end());
    last_.erase(last_.begin(), last_.end() - season_);
  }
  LocalForecast forecast(std::int64_t horizon, std::span<const double>) const override {
    LocalForecast out;
    for (std::int64_t h = 0; h < horizon; ++h) out.values.push_back(last_[static_cast<std::size_t>(h % season_)]);
    return out;
  }
  Value parameters() const override { return Value::Map{{"season", season_}}; }

 private:
  std::int64_t season_ = 1;
  std::vector<double> last_;
};

/// y = w x without a model around it.
class ScalarStep final : public TrainStep {
 public:
  ScalarStep(torch::Tensor weight, torch::optim::Optimizer& optimizer) : weights_{std::move(weight)}, optimizer_(optimizer) {}
  torch::Tensor gradients(const Batch& batch, std::int64_t divisor,
                          const std::function<void(const torch::Tensor&)>& before_backward) override {
    const torch::Tensor loss = (weights_.front() * batch.x - batch.y).square().mean(), quotient = loss / divisor;
    before_backward(quotient);
    quotient.backward();
    gradients_ = {weights_.front().grad()};
    return loss.detach();
  }
  std::span<torch::Tensor> current() override { return gradients_; }
  void apply() override { optimizer_.step(); }
  void clear() override { optimizer_.zero_grad(); }

 private:
  std::vector<torch::Tensor> weights_, gradients_;
  torch::optim::Optimizer& optimizer_;
};

/// One rank.
class Alone final : public Collective {
 public:
  int rank() const override { return 0; }
  int world() const override { return 1; }
  int local_rank() const override { return 0; }
  void broadcast(std::span<torch::Tensor>, int) override {}
  void all_reduce(std::span<torch::Tensor>) override {}
  void all_gather(const torch::Tensor& tensor, torch::Tensor& all) override { all[0].copy_(tensor); }
  std::vector<Value> all_gather(const Value& value) override { return {value}; }
  Value share(const Value& value) override { return value; }
  void barrier() override {}
};

}  // namespace

TEST_CASE("a feature learns from training rows, and its state makes the same columns elsewhere") {
  const std::vector<std::int64_t> time{0, 3'600'000'000'000, 7'200'000'000'000}, series(3);
  const std::vector<std::string> trained{"a", "b", "a"}, later{"b", "c", "a"};
  Codes feature;
  feature.fit({.time = time, .local_time = time, .series = series, .numbers = {}, .words = {trained}});
  Codes loaded;
  loaded.load_state(feature.state());
  CHECK(loaded.columns().front().codes == 3);
  std::vector<double> out(6);
  loaded.apply({.time = time, .local_time = time, .series = series, .numbers = {}, .words = {later}}, out);
  CHECK(out == std::vector<double>{2, 0, 0, 1, 1, 2});
}

TEST_CASE("a local forecaster is fitted, rolled forward and asked") {
  LastSeason model;
  model.fit(std::vector<double>{9, 9, 1, 2}, 2);
  CHECK(model.forecast(3, {}).values == std::vector<double>{1, 2, 1});
  model.update(std::vector<double>{5});
  CHECK(model.forecast(2, {}).values == std::vector<double>{2, 5});
  CHECK(model.parameters().at("season") == Value(2));
}

TEST_CASE("a training step gives its gradients before it applies them") {
  torch::Tensor weight = torch::zeros({1}, torch::requires_grad());
  torch::optim::SGD optimizer({weight}, torch::optim::SGDOptions(0.5));
  ScalarStep step(weight, optimizer);
  Batch batch;
  batch.x = torch::ones({4, 1, 1});
  batch.y = batch.x * 2;
  Alone ranks;
  double told = 0;
  for (int i = 0; i < 2; ++i)
    CHECK(step.gradients(batch, 2, [&](const torch::Tensor& loss) { told += loss.item<double>(); }).item<double>() == 4);
  CHECK(told == 4);
  ranks.all_reduce(step.current());
  CHECK(step.current().front().item<double>() == -4);
  CHECK(weight.item<double>() == 0);
  step.apply();
  CHECK(weight.item<double>() == 2);
  step.clear();
  CHECK(ranks.all_gather(Value(7)).size() == static_cast<std::size_t>(ranks.world()));
}
