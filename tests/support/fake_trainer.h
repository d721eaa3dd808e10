#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <torch/nn/modules/linear.h>

#include "pipeline/testing/fake_trainer.h"

namespace pipeline::test {

/// Two linear layers and a parameter of its own: 3 x 4 + 4, 4 x 1 + 1, 2.
class SmallModel : public Model {
 public:
  SmallModel() {
    hidden = register_module("hidden", torch::nn::Linear(3, 4));
    out = register_module("out", torch::nn::Linear(4, 1));
    register_parameter("scale", torch::zeros({2}));
  }
  Forecast forward(const Batch& batch) override { return {.values = out(hidden(batch.x))}; }

  torch::nn::Linear hidden{nullptr}, out{nullptr};
};

/// A trainer of that model, and the files that it kept.
class FakeTrainer : public testing::FakeTrainer {
 public:
  explicit FakeTrainer(bool terminal = false) : FakeTrainer(std::make_shared<SmallModel>(), terminal) {}

  /// The names in checkpoints/, sorted.
  [[nodiscard]] std::vector<std::string> kept() const {
    std::vector<std::string> names;
    const auto root = folder.path() / "checkpoints";
    if (!std::filesystem::exists(root)) return names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (!entry.is_directory()) names.push_back(entry.path().lexically_relative(root).string());
    }
    std::ranges::sort(names);
    return names;
  }

  SmallModel& small_model;

 private:
  FakeTrainer(const std::shared_ptr<SmallModel>& model, bool terminal) : testing::FakeTrainer(model, terminal), small_model(*model) {
    name = "SmallModel";
  }
};

}  // namespace pipeline::test
