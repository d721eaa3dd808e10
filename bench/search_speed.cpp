// search_speed STORAGE TRIALS: the search alone, five parameters, an objective that costs nothing. Prints seconds and the best value as
// JSON.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

#include "pipeline/search/study.h"
#include "tpe/tpe_sampler.h"

using namespace pipeline;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::vector<std::pair<std::string, Distribution>> space{{"lr", Distribution::real(1e-5, 1e-1, 0, true)},
                                                                {"drop", Distribution::real(0, 0.5)},
                                                                {"size", Distribution::integer(32, 128, 16)},
                                                                {"layers", Distribution::integer(1, 5)},
                                                                {"kind", Distribution::categorical({"lstm", "gru", "cnn"})}};
  const auto start = std::chrono::steady_clock::now();
  const std::unique_ptr<Study> study = open_study({.storage = argv[1], .name = "bench"});
  sampler::tpe::TPESampler sampler({}, {.seed = 1, .mode = Randomness::Mode::sequence, .space = space});
  while (std::optional<Trial> trial = study->begin(std::stoll(argv[2]))) {
    const StudyState& state = study->refresh();
    begin_trial(sampler, state, *trial);
    for (const auto& [name, distribution] : space) suggest(sampler, state, *trial, name, distribution);
    study->save_parameters(*trial);
    const auto& p = trial->parameters;
    trial->value =
        std::pow(std::log10(p.at("lr")) + 3, 2) + p.at("drop") + std::abs(p.at("size") - 80) / 60 + p.at("layers") / 9 + p.at("kind");
    trial->state = TrialState::complete;
    study->finish(*trial, "");
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("{\"seconds\": %.6f, \"best\": %.9g}\n", seconds, *best_trial(study->refresh())->value);
}
